"""The words around the records, on the report's page and on paper."""

from types import SimpleNamespace

from schemas.text import Text

WORDS = SimpleNamespace(
    title=Text("上海市公共信用信息报告", "Shanghai Public Credit Information Report"),
    issuer=Text("信用上海公共信用服务", "Credit Shanghai, public credit service"),
    subtitle=Text("本人查询版", "The subject's own copy"),
    report_no=Text("报告编号", "Report number"),
    generated_at=Text("生成时间", "Generated"),
    name=Text("姓名或名称", "Name"),
    number=Text("证件号码", "Identity number"),
    kind=Text("主体类别", "Subject"),
    verify=Text("核验报告真伪", "Verify this report"),
    verify_code=Text("校验码", "Verification code"),
    verify_how=Text(
        "扫描二维码，或在浏览器中输入下面的网址，即可核对本报告是否由本服务出具。",
        "Scan the code, or enter the address below in a browser, to check that this report was issued here.",
    ),
    qr=Text("本报告核验网址的二维码", "QR code of the address that verifies this report"),
    grade=Text("信用等级", "Grade"),
    no_grade=Text("这里不显示等级", "No grade is shown here"),
    floor=Text("申请权益时按此等级对待：", "Treated for benefits as: "),
    rule_version=Text("规则版本", "Rule version"),
    reasons=Text("形成等级的理由", "Reasons for the grade"),
    decisive=Text("决定性理由", "decisive"),
    left_out=Text("因有争议未计入", "Left out while contested"),
    about_record=Text("涉及记录", "about record"),
    comma=Text("、", ", "),
    semicolon=Text("；", "; "),
    about_mark=Text("记录 {number}：", "Record {number}: "),
    overview=Text("信息一览", "At a glance"),
    place=Text("序号", "No."),
    what=Text("信息", "Information"),
    count=Text("共 {count} 条", "{count} in all"),
    one=Text("共 1 条", "1 in all"),
    none=Text(
        "截至本报告生成时，没有此类信息。",
        "No information of this kind at the time this report was generated.",
    ),
    item=Text("目录事项", "Catalogue item"),
    category=Text("类别", "Category"),
    severity=Text("失信程度", "Severity"),
    openness=Text("公开属性", "Openness"),
    provider=Text("提供单位", "Provider"),
    source=Text("来源", "Source"),
    source_is=Text(
        "{unit}，批次 {batch}，第 {line} 行，{at}接收", "{unit}, batch {batch}, line {line}, received {at}"
    ),
    doc_no=Text("文书编号", "Document number"),
    occurred_on=Text("发生日期", "Date"),
    ended_on=Text("结束日期", "Ended"),
    not_ended=Text("尚未结束或未设结束日期", "Not ended, or no end set"),
    public_until=Text("公示至", "Public until"),
    query_until=Text("可查询至", "Can be queried until"),
    forgotten=Text("，此后不再显示（{article}）", "; not shown after that ({article})"),
    no_end=Text("未设截止日期", "No end set"),
    restoration=Text("信用修复", "Restoration"),
    restoration_from=Text("最早可于{day}申请。{text}", "Can be asked for from {day}. {text}"),
    basis=Text("依据", "Legal basis"),
    changes=Text("变更", "Changes"),
    marks=Text("标注", "Marks"),
    mark_since=Text("{mark}（自{at}起）", "{mark} (since {at})"),
    statement=Text("本人说明：", "Statement: "),
    record_id=Text("记录编号", "Record id"),
    content=Text("详细内容", "What it says"),
    origin=Text("依据、来源和变更", "Legal basis, source and changes"),
    object=Text("对这条提出异议", "Object to this"),
    restore=Text("申请信用修复", "Ask for restoration"),
    withdraw=Text("撤下这条信息", "Drop this record"),
    withdraw_means=Text(
        "表彰奖励、志愿服务、捐赠信息由您决定是否保留（《办法》第二十七条）。撤下后立即删除，不能恢复，我们会告知提供单位。",
        "Whether your commendations, volunteering and donations are kept is up to you (Measures, art. 27). Dropping one erases it"
        " at once and for good; its provider is told.",
    ),
    withdraw_now=Text("确认撤下", "Yes, drop it"),
    no_record=Text("没有记录不等于信用不好。", "No record is not a bad record."),
    looks_all=Text("查看全部 {total} 次查询", "See all looks ({total})"),
    annotations=Text("标注汇总", "Marks on records"),
    annotations_none=Text("本报告中的信息没有标注。", "No record in this report carries a mark."),
    looks=Text("查询记录", "Who looked"),
    looks_note=Text(
        "共 {total} 次查询，以下是最近 {shown} 次，含本次。",
        "{total} looks in all; the latest {shown} follow, this one included.",
    ),
    look_at=Text("时间", "When"),
    look_who=Text("查询人", "Who"),
    look_door=Text("方式", "How"),
    look_why=Text("原因和范围", "Why, and what"),
    free=Text("免费查询次数", "Free reports"),
    free_used=Text(
        "本年度已获取报告 {used} 次（含本次）。每年两次免费获取是您的权利；在这里查询不收费，次数再多也不会被拒绝。",
        "Reports this year: {used}, with this one. Two free reports a year are your right; here every one is free, and nobody is"
        " refused for asking more often.",
    ),
    shown_again=Text(
        "这是同一份报告再次显示，不另计次数；这次查看照样记入查询记录。",
        "This is the same report shown again. It is not counted again; this look is on record like every other.",
    ),
    same=Text(
        "刷新、返回、切换语言或字号，看到的还是同一份报告，下载的 PDF 也是这一份；同一份报告再次显示不另计次数。"
        "核验到期、信息有变化、有别人查看或过了当天，就是新的一份。",
        "Loading the page again, going back, or changing language or type size shows the same report, and the PDF is this one"
        " too; the same report shown again is not counted again. Once the proof has run out, something changed, somebody else"
        " looked or the day is over, it is a new one.",
    ),
    about=Text("关于本报告", "About this report"),
    is_not=(
        Text(
            "本报告记载行政机关等单位依法归集的公共信用信息，不是征信机构出具的信用报告，不含银行信贷信息。",
            "This report shows public credit information that public bodies handed in by law. It is not a report of a credit"
            " bureau and holds nothing about bank loans.",
        ),
        Text(
            "没有信息不等于信用不好。等级只用于您自己申请的权益，不用于拒绝基本公共服务。",
            "Having no record is not a bad record. The grade is used only for benefits that you ask for, never to refuse a basic"
            " public service.",
        ),
        Text(
            "报告反映生成那一刻的情况；是否出示、向谁出示，由您决定。",
            "The report shows how things stood at the moment it was generated. Whether and to whom you show it is up to you.",
        ),
    ),
)
