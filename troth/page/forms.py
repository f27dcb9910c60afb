from django import forms


class NoticeForm(forms.Form):
    text = forms.CharField(
        required=False,
        max_length=300,
        label="Notice on every public page",
        help_text="One sentence in the page's first language. Leave it empty to take it away.",
    )
