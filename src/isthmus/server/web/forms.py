"""The forms: which rules, and which files."""

from __future__ import annotations

import codecs
import re
from fractions import Fraction
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from isthmus.analysis import Population, Rules
from isthmus.language import InputError
from isthmus.server.core.languages import UNKNOWN
from isthmus.server.core.messages import read_out
from isthmus.server.exchange.actions import Files, Plan
from isthmus.server.exchange.models import SidesMode
from isthmus.server.exchange.sheets import File, safe_name

# No exponents: “1e999999999” is a number that takes a long time to make.
_SHARE: Final = re.compile(r"\d{1,6}(/\d{1,6}|\.\d{1,6})?|\.\d{1,6}", re.ASCII)


class PlanForm(forms.Form):
    """The rules of an analysis, and where its sides come from."""

    sides = forms.ChoiceField(
        label=_("Sides"),
        help_text=_(
            "Declared sides stand in the sides file, or else in the votes. Without either, everyone is one side."
        ),
        choices=SidesMode.choices,
        initial=SidesMode.DECLARED,
    )
    population = forms.ChoiceField(
        label=_("Whom the findings are about"),
        help_text=_(
            "Two delegations speak for nobody else; those who answer a public consultation stand for a public."
        ),
        choices=[
            (Population.CLOSED.value, _("these people only")),
            (Population.OPEN.value, _("the people they stand for")),
        ],
        initial=Population.OPEN.value,
    )
    threshold = forms.CharField(
        label=_("Threshold"),
        help_text=_(
            "The share of stands from which a side accepts or rejects: above 1/2 and at most 1, such as 3/5 or 0.6."
        ),
        initial="3/5",
        max_length=13,
    )
    least_stands = forms.IntegerField(
        label=_("Least stands"),
        help_text=_("With fewer stands than this a side neither accepts nor rejects."),
        initial=5,
        min_value=1,
        max_value=1_000_000,
    )
    confidence = forms.FloatField(
        label=_("Confidence"),
        help_text=_("The probability from which a verdict is given: from 0.5 to below 1, such as 0.9."),
        initial=0.9,
        min_value=0.5,
        max_value=0.999999,
    )

    def clean_threshold(self) -> Fraction:
        """The threshold as a fraction."""
        text = self.cleaned_data["threshold"].strip()
        if not _SHARE.fullmatch(text):
            raise forms.ValidationError(_("Please give a fraction or a decimal, such as 3/5 or 0.6."))
        try:
            return Rules(threshold=Fraction(text)).threshold
        except ZeroDivisionError as problem:
            raise forms.ValidationError(_("Please give a fraction or a decimal, such as 3/5 or 0.6.")) from problem
        except InputError as problem:
            raise forms.ValidationError(read_out(problem.message)) from problem

    def plan(self) -> Plan:
        """What was asked for, once the form is valid."""
        data = self.cleaned_data
        rules = Rules(
            threshold=data["threshold"],
            least_stands=data["least_stands"],
            confidence=data["confidence"],
            population=Population(data["population"]),
        )
        return Plan(rules, SidesMode(data["sides"]))


class ImportForm(PlanForm):
    """A conversation to take in."""

    votes = forms.FileField(
        label=_("Votes"),
        help_text=_(
            "CSV or Parquet with the columns participant, statement, vote (and side, where there are sides); tallies "
            "with statement, side, agree, disagree, pass; or a zip archive of a Polis export."
        ),
        allow_empty_file=True,
        max_length=300,
    )
    title = forms.CharField(
        label=_("Title"), required=False, max_length=200, help_text=_("If left out: the name of the file.")
    )
    sides_file = forms.FileField(
        label=_("Sides file"),
        required=False,
        help_text=_(
            "CSV with the columns participant, side: everyone who belongs to a side, whether they voted or not."
        ),
        max_length=300,
    )
    texts_file = forms.FileField(
        label=_("Statements file"),
        required=False,
        help_text=_("CSV with the columns statement, text; for several languages statement, text:en, text:zh-Hans."),
        max_length=300,
    )
    encoding = forms.CharField(
        label=_("Encoding"), initial="utf-8", max_length=40, help_text=_("Of the CSV files, such as utf-8 or gb18030.")
    )
    agree_is = forms.TypedChoiceField(
        label=_("Agreement is written as"), choices=[(1, "1"), (-1, "−1")], coerce=int, initial=1
    )

    field_order = ("votes", "title", "sides", "sides_file", "population", "texts_file")
    first = ("votes", "title", "sides", "sides_file", "population")

    def clean_encoding(self) -> str:
        """The name Python knows the encoding by."""
        try:
            return codecs.lookup(self.cleaned_data["encoding"].strip()).name
        except (LookupError, ValueError) as problem:
            raise forms.ValidationError(_("There is no such encoding; utf-8 is the usual one.")) from problem

    def given(self) -> Files:
        """The files, once the form is valid."""
        data = self.cleaned_data
        sides, texts = data["sides_file"], data["texts_file"]
        return Files(
            _file(data["votes"]),
            _file(sides) if sides else None,
            _file(texts) if texts else None,
            data["encoding"],
            data["agree_is"],
        )

    def titles(self) -> dict[str, str] | None:
        """The title, in a language nobody told us."""
        title = self.cleaned_data["title"]
        return {UNKNOWN: title} if title else None

    def basic(self) -> list[forms.BoundField]:
        """The fields everybody fills in."""
        return [self[name] for name in self.first]

    def further(self) -> list[forms.BoundField]:
        """The fields that few people need to change."""
        return [field for field in self if field.name not in self.first]


def _file(upload: UploadedFile[Any]) -> File:
    return File(safe_name(upload.name or ""), upload)
