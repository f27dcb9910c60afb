from django import forms


class NoticeForm(forms.Form):
    text = forms.CharField(
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="Notice on every public page",
        help_text="One sentence in the page's first language. Leave it empty to take it away.",
    )

    def clean_text(self) -> str:
        """Return it on one line, however it was typed."""
        return " ".join(str(self.cleaned_data["text"]).split())
