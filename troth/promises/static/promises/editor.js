// Shows only the fields that mean something to the chosen evaluator. Without it, all are there.
for (const form of document.querySelectorAll("form[data-evaluators]")) {
  const choice = form.elements.evaluator;
  if (!choice) continue;
  const show = () => {
    for (const part of form.querySelectorAll("[data-for]")) {
      part.hidden = !part.dataset.for.split(" ").includes(choice.value);
    }
  };
  choice.addEventListener("change", show);
  show();
}
