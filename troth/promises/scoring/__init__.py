"""The score: how far our promises can be relied on, as one number that anyone can recompute.

Pure: values in, values out. docs/method.md explains it, docs/decisions/061-score.md says why.

`constants` what was decided, `evidence` what is known, `belief` what is believed of one promise,
`gap` what a share is worth against its promise, `composing` the whole, `bands` its interval,
`attributing` why it moved, `halving` how fast to forget, `forecasting` what comes next.
"""
