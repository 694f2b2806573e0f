"""Catalogue items and units for tests."""

from dataclasses import replace
from typing import Any

from backend.catalogue.model import CatalogueItem, Choice, FieldSpec, LegalBasis, Unit
from schemas.terms import Category, FieldType, Nature, Openness, Severity, SubjectKind, UnitKind

UNIT = Unit("HRSS", "上海市人力资源和社会保障局", "Human Resources and Social Security", UnitKind.MUNICIPAL)

FIELDS = (
    FieldSpec("violation", FieldType.TEXT, "违法事实", "What was done", required=True, max_length=100),
    FieldSpec("fine_fen", FieldType.MONEY_FEN, "罚款金额", "Fine"),
    FieldSpec("decided_on", FieldType.DATE, "决定日期", "Decided on", required=True),
    FieldSpec("hours", FieldType.NUMBER, "时长", "Hours"),
    FieldSpec("settled", FieldType.YES_NO, "是否已缴清", "Settled"),
    FieldSpec("employer_code", FieldType.USCC, "用人单位代码", "Employer's code"),
    FieldSpec(
        "penalty_type",
        FieldType.CHOICE,
        "处罚种类",
        "Kind of penalty",
        choices=(Choice("fine", "罚款", "Fine"), Choice("warning", "警告", "Warning")),
    ),
)


def item(**changed: Any) -> CatalogueItem:
    """An adverse item about persons that may be published."""
    made = CatalogueItem(
        id="2026.1.HRSS-P-09",
        code="HRSS-P-09",
        year=2026,
        version=1,
        title_zh="行政处罚信息（一般程序）",
        title_en="Penalty under the general procedure",
        unit_code="HRSS",
        subject_kind=SubjectKind.PERSON,
        nature=Nature.ADVERSE,
        category=Category.SUPERVISION,
        openness=Openness.PUBLIC,
        severity=Severity.GENERAL,
        query_years=5,
        display_months=12,
        withdrawable=False,
        basis=(LegalBasis("《上海市公共信用信息归集和使用管理办法》", "第十二条"),),
        fields=FIELDS,
    )
    return replace(made, **changed)


def content(**changed: Any) -> dict[str, Any]:
    """What a record of that item may hold."""
    return {"violation": "未按规定办理登记", "decided_on": "2026-03-12", "fine_fen": 50_000} | changed
