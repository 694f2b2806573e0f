"""The boxes that somebody writes in, by name, with what stands beside each: so that words that were not taken are given back
whole and under the name under which they were written."""

from schemas.text import Text

BOXES = {
    "address": Text("地址", "Address"),
    "assessed_by": Text("评估单位", "Assessed by"),
    "body": Text("正文", "Text"),
    "body_en": Text("英文正文", "Text in English"),
    "contact": Text("公开联系方式", "Public contact"),
    "contact_name": Text("联系人", "Contact"),
    "document_no": Text("文号", "Document number"),
    "explanation": Text("说明", "Explanation"),
    "holidays": Text("全部放假日期", "Every day off"),
    "label": Text("用途", "What it is for"),
    "make_up_days": Text("调休上班的周末", "Weekend days that are worked"),
    "name": Text("名称或姓名", "Name"),
    "note": Text("说明", "Words"),
    "phrase": Text("市民的说法", "What people write"),
    "pledge": Text("我的承诺和改正情况", "My pledge, and what I have put right"),
    "purpose": Text("用途", "What for"),
    "purpose_en": Text("使用目的（英文）", "Purpose in English"),
    "purpose_zh": Text("使用目的（中文）", "Purpose in Chinese"),
    "reason": Text("理由", "Why"),
    "reason_en": Text("英文理由", "Why, in English"),
    "source": Text("依据的通知文号", "The notice it is taken from"),
    "source_document": Text("名单文件", "Document"),
    "statement": Text("说明或声明", "In your own words"),
    "summary": Text("摘要", "Summary"),
    "summary_en": Text("英文摘要", "Summary in English"),
    "text": Text("回复", "What it says"),
    "title": Text("标题或名称", "Title"),
    "title_en": Text("英文标题或名称", "Title in English"),
    "title_zh": Text("中文标题或名称", "Title in Chinese"),
    "what": Text("需要补充什么", "What is to be added"),
}
OTHER = Text("您写的内容", "What you wrote")


def name_of(box: str) -> Text:
    return BOXES.get(box, OTHER)
