"""Every sentence of the reports, once, in both languages."""

from __future__ import annotations

from ..text import Lang, Text

WORDS: dict[str, Text] = {
    # The whole
    "product": Text("青路 Qinglu", "Qinglu 青路"),
    "title": Text("环境筛查报告", "Environmental screening report"),
    "heading": Text("{source} 的环境筛查", "Environmental screening of {source}"),
    "judged_on": Text("按{day}有效的规则判定", "Judged by the rules of {day}"),
    "version": Text("青路 {version}", "Qinglu {version}"),
    "skip": Text("跳到正文", "Skip to the content"),
    "contents": Text("目录", "Contents"),
    "why": Text("为什么", "Why?"),
    "key_hint": Text(
        "按 w 键打开或收起当前发现的依据", "The key w opens and closes the reasons of the finding at hand"
    ),
    # First page
    "at_a_glance": Text("总览", "At a glance"),
    "how_many": Text("有多少", "How many?"),
    "how_bad": Text("有多严重", "How bad?"),
    "what_unknown": Text("还有什么未知", "What is not known?"),
    "what_first": Text("先做什么", "What to do first?"),
    "accounting": Text(
        "读入 {read} 行 = 筛查 {screened} + 退回 {rejected}",
        "Read {read} rows = {screened} screened + {rejected} rejected",
    ),
    "projects": Text("项目", "Projects"),
    "unit_project": Text("个项目", "project"),
    "unit_projects": Text("个项目", "projects"),
    "asset": Text("处资产", "asset"),
    "assets": Text("处资产", "assets"),
    "assets_note": Text(
        "同一位置只计一次；与其他项目共用位置的项目：{shared} 个",
        "A place is counted once; projects that share theirs with another: {shared}",
    ),
    "assets_all_apart": Text("每个项目各在一处", "No two projects share a place"),
    "in_countries": Text("国家和地区：{n} 个", "Countries and areas: {n}"),
    "of_which_cancelled": Text("已取消（保留并注明）：{n} 个", "Cancelled (kept, and marked): {n}"),
    "of_which_coarse": Text(
        "位置过于粗略（如整个省份），不能作场址判断：{n} 个",
        "Location too coarse to judge (a whole province, say): {n}",
    ),
    "of_which_elsewhere": Text("位置不在所申报的国家：{n} 个", "In another country than declared: {n}"),
    "by_worst": Text("按每个项目最严重的发现计", "Each project by its worst finding"),
    "level": Text("级别", "Level"),
    "share": Text("占比", "Share"),
    "with_unknown": Text("有未知项的项目：{n} / {all}", "Projects with something unknown: {n} of {all}"),
    "with_unknown_short": Text("有未知项", "With unknowns"),
    "nothing_unknown": Text("规则所问均有图层可答。", "Every question the rules ask was answered by a layer."),
    "unknown_is_not_clear": Text(
        "缺少数据不等于没有影响。未知项补齐之前，不能视为“无”。",
        "Missing data is not a clean bill: until it is answered, unknown must not be read as clear.",
    ),
    "would_answer": Text("可解答未知的数据", "What would answer the unknowns"),
    "would_answer_caption": Text(
        "缺少的数据与取得办法，所涉项目多的在前",
        "The data missing, and how to get it; the most projects first",
    ),
    "missing_column": Text("缺少的数据", "Missing"),
    "missing_for": Text("缺少：", "Missing:"),
    "how_to_get": Text("如何取得", "How to get it"),
    "precise_location": Text("确切的场址或线位", "The actual site or line"),
    "precise_location_how": Text(
        "所给位置过于粗略（如整个省份）：向业主索取坐标或线位图后重新筛查。",
        "The place given is too coarse (a whole province, say): "
        "ask the owner for coordinates or the alignment and screen again.",
    ),
    "other_questions": Text("其他问题", "Other questions"),
    "could_not_say": Text(
        "该图层在此处无法作答（缺少该国数据、没有数值或仅为示意），原因见各项目。{how}",
        "This layer could not say here (it leaves out the country, has no value, or is a sketch): "
        "see the projects. {how}",
    ),
    "first_projects": Text("先核查发现最严重的项目：", "Look first at the projects with the worst findings:"),
    "first_none": Text("没有达到警示级别的发现。", "No finding reaches the level of a warning."),
    "first_layers": Text(
        "补齐缺少的数据，首先是{title}（因此留有未知的项目：{n} 个）。",
        "Get the missing data, first of all: {title} (projects left with an unknown: {n}).",
    ),
    "first_rejected": Text(
        "改正退回的行（{n} 行）后重新筛查；原因与办法见文末。",
        "Correct the rejected rows ({n}) and screen again; reasons and remedies are at the end.",
    ),
    "first_coarse": Text(
        "位置过于粗略的项目（{n} 个），取得确切场址或线位。",
        "Get the actual site or line where the location is too coarse to judge (projects: {n}).",
    ),
    "and_more": Text("另有 {n} 个", "and {n} more"),
    # Map
    "map": Text("分布图", "Map"),
    "map_caption": Text(
        "每处资产一个标记，形状和颜色表示最严重的级别。仅供定位；陆地轮廓不表示任何边界主张。",
        "One mark per asset; its shape and colour give the worst level. For orientation only; "
        "the outline of the land asserts no border.",
    ),
    "map_hidden": Text("与同级别标记重叠而未单独画出的位置：{n} 处。", "Places under a mark of the same level: {n}."),
    "map_alt": Text(
        "{assets} 处资产的分布图：{levels}。下表逐一列出。",
        "Map of {assets} assets: {levels}. The tables below list every one.",
    ),
    # Countries
    "by_country": Text("按国家和地区", "By country or area"),
    "by_country_caption": Text(
        "项目按最严重的级别计；资产按位置计，同一位置只计一次",
        "Projects by their worst level; assets by place, each counted once",
    ),
    "country": Text("国家和地区", "Country or area"),
    "country_none": Text("未知或未填写", "Not known or not given"),
    "assets_column": Text("资产", "Assets"),
    "others": Text("其余国家和地区：{n} 个", "Further countries and areas: {n}"),
    # List of projects
    "all_projects": Text("全部项目", "All projects"),
    "all_projects_caption": Text("由重到轻排列", "The worst first"),
    "project": Text("项目", "Project"),
    "id": Text("编号", "Id"),
    "sector": Text("行业", "Sector"),
    "stage": Text("阶段", "Stage"),
    "findings": Text("发现", "Findings"),
    "main_finding": Text("首要发现", "Main finding"),
    "filter": Text("筛选", "Filter"),
    "filter_text": Text("名称、编号、国家……", "Name, id, country …"),
    "filter_shown": Text("显示 {n} 个", "{n} shown"),
    "not_listed": Text(
        "本页列出最严重的 {shown} 个项目；未列出的 {n} 个见 findings 表。",
        "This page lists the {shown} worst projects. Not listed here, but in the findings table: {n}.",
    ),
    # Project by project
    "one_by_one": Text("逐个项目", "Project by project"),
    "not_detailed": Text(
        "以下详述最严重的 {shown} 个项目；其余 {n} 个仅列于上表，全部发现见 findings 表。",
        "Shown in full: the {shown} worst projects. In the list above and the findings table only: {n}.",
    ),
    "row": Text("第 {n} 行", "row {n}"),
    "shape_point": Text("点", "point"),
    "shape_line": Text("线", "line"),
    "shape_area": Text("面", "area"),
    "declared": Text("申报为{given}", "declared as {given}"),
    "notes": Text("对本行的说明", "Notes on this row"),
    "unknown_too": Text("另有未知项", "and unknowns"),
    "unknown_of": Text("未知：{some}", "Not known: {some}"),
    "unknown_more": Text("未知：{some}等，另有 {n} 项", "Not known: {some} and {n} more"),
    "no_version": Text("版本未注明", "version not stated"),
    "not_judged": Text(
        "没有规则对本项目作出判定：不是“无”，而是未知。",
        "No rule has judged this project: that is unknown, not clear.",
    ),
    "q_rules": Text("规则要求什么？", "What do the rules ask?"),
    "q_duties": Text("须履行的义务", "Duties to carry out"),
    "gdg_red": Text("绿色发展指南：红", "GDG: red"),
    "gdg_yellow": Text("绿色发展指南：黄", "GDG: yellow"),
    "gdg_green": Text("绿色发展指南：绿", "GDG: green"),
    "gdg_none": Text("绿色发展指南：未知", "GDG: unknown"),
    "clause_since": Text("{title}（{id}，自{day}起有效）", "{title} ({id}, in force from {day})"),
    "q_location": Text("位置可靠吗？", "Is the location right?"),
    "q_touch": Text("触及什么？", "What does it touch?"),
    "q_near": Text("附近有什么？", "What is near?"),
    "q_ground": Text("场地条件如何？", "What is the ground like?"),
    "q_unknown": Text("还有什么未知？", "What is not known?"),
    "q_clear": Text("已查，未见问题", "Looked at and clear"),
    "measured": Text("测得的邻近要素", "Features measured nearby"),
    "measured_more": Text(
        "只列最近的 {shown} 个，共 {n} 个；全部见 exposures 表。",
        "The nearest {shown} of {n}; the exposures table has all.",
    ),
    "layer": Text("图层", "Layer"),
    "feature": Text("要素", "Feature"),
    "distance": Text("距离", "Distance"),
    "overlap": Text("重叠", "Overlap"),
    "overlap_share": Text("占项目", "Of the project"),
    "touching": Text("相接", "touches"),
    "sitemap_alt": Text("{name} 的位置图（{shape}）。{rings}{nearby}", "Map of {name} ({shape}). {rings}{nearby}"),
    "sitemap_rings": Text("距离环：{rings}。", "Rings at {rings}."),
    "sitemap_nearby": Text("画出的要素：{names}。", "Features drawn: {names}."),
    "north_up": Text("上北", "North up"),
    # Ledger
    "ledger": Text("台账", "Ledger"),
    "ledger_lead": Text(
        "按装机容量、技术和长度估算，未用项目实测数据；上下限随所用系数给出。",
        "Estimated from capacity, technology and length, without data measured at the projects; bounds come with the "
        "factors used.",
    ),
    "ledger_counts": Text(
        "有估算值的项目：{known} 个；全部未知的项目：{unknown} 个。",
        "Projects with an estimate: {known}. With nothing but unknown: {unknown}.",
    ),
    "ledger_totals": Text(
        "合计；各项目用同一组系数，上下限直接相加",
        "Totals; all projects rest on the same factors, so their bounds are added up",
    ),
    "ledger_what": Text("数量", "Quantity"),
    "ledger_value": Text("估算值", "Estimate"),
    "ledger_bounds": Text("上下限", "Bounds"),
    "ledger_unit": Text("单位", "Unit"),
    "ledger_n": Text("计入的项目", "Projects counted"),
    "ledger_left_out": Text("未知而未计入", "Unknown, not counted"),
    "ledger_missing": Text("缺少什么才能估算", "What is missing for an estimate"),
    "ledger_how": Text("说明", "How"),
    "ledger_unknown": Text("未知", "unknown"),
    "ledger_estimated": Text("有估算值的项目", "Projects with an estimate"),
    "ledger_none": Text("全部未知的项目", "Projects with nothing but unknown"),
    "q_ledger": Text("排放多少，用什么建成？", "What does it emit, and what does building it take?"),
    # Evidence
    "e_measure": Text("度量", "Measure"),
    "e_rule": Text("规则", "Rule"),
    "checked": Text("{day}与原文核对", "read beside the official text on {day}"),
    "unchecked": Text("尚未与原文核对", "not yet checked against the official text"),
    "own_convention": Text("本规则集自定的筛查惯例", "a screening convention of this rulebook"),
    "demonstration": Text("示意草图，不得作为依据", "Demonstration sketch: do not rely on it"),
    # Back matter
    "method": Text("方法", "Method"),
    "rules": Text("规则", "Rules"),
    "rules_caption": Text("本次采用的规则", "The rules applied"),
    "rule": Text("规则", "Rule"),
    "clause": Text("依据", "Clause"),
    "threshold": Text("情形与界限", "Case and threshold"),
    "layers": Text("图层", "Layers"),
    "layers_caption": Text(
        "本次测量的图层及其版本、许可和校验和", "The layers measured, with version, licence and checksum"
    ),
    "no_layers": Text("没有测量任何图层。", "No layer was measured."),
    "role": Text("类别", "Role"),
    "licence": Text("许可", "Licence"),
    "provider": Text("提供者", "Provider"),
    "provenance": Text("来源", "Provenance"),
    "version_column": Text("版本", "Version"),
    "withheld": Text("不含：{codes}", "Leaves out: {codes}"),
    "covers": Text("仅含：{codes}", "Only: {codes}"),
    "limits": Text("局限", "Limits"),
    "rejected": Text("退回的行", "Rejected rows"),
    "rejected_caption": Text("行号、原因与办法", "Row, reason and remedy"),
    "rejected_none": Text("所有行均已筛查。", "Every row was screened."),
    "rejected_more": Text("其余 {n} 行见 rejected.csv。", "Further rows, in rejected.csv: {n}."),
    "source_row": Text("行号", "Row"),
    "reason": Text("原因", "Reason"),
    "message": Text("说明与办法", "Message and remedy"),
    "sheet_full": Text(
        "此表已满，未写入的行：{n}。请用 CSV 或 Parquet。",
        "The sheet is full. Rows not written: {n}. Use CSV or Parquet.",
    ),
    # Summary of the workbook
    "s_source": Text("项目文件", "Portfolio"),
    "s_sha256": Text("项目文件 sha256", "Portfolio sha256"),
    "s_on": Text("判定日期", "Judged on"),
    "s_read": Text("读入行数", "Rows read"),
    "s_screened": Text("筛查", "Screened"),
    "s_rejected": Text("退回", "Rejected"),
    "s_assets": Text("资产（不同位置）", "Assets (distinct places)"),
    "s_countries": Text("国家和地区", "Countries and areas"),
    "s_by_level": Text("项目，按最严重的级别", "Projects by worst level"),
    "s_findings": Text("发现，按级别", "Findings by level"),
    "s_unknown": Text("有未知项的项目", "Projects with something unknown"),
    "s_missing": Text("缺少的数据（所涉项目数）", "Data that is missing (projects concerned)"),
}
"""Key → text. Templates and tables take their words from here and nowhere else."""

METHOD: tuple[Text, ...] = (
    Text(
        "距离、长度和面积均在WGS 84椭球面上计算，不经任何投影。项目与图层相交时，距离为0。",
        "Distances, lengths and areas are those of the WGS 84 ellipsoid; no projection comes between. "
        "Where a project intersects a feature, the distance is 0.",
    ),
    Text(
        "顶点之间的边按经纬度直线理解（RFC 7946）；跨越180°经线的线在该处切开。",
        "Edges between vertices are straight in longitude and latitude (RFC 7946); "
        "a line across the antimeridian is cut there.",
    ),
    Text(
        "测量不带判断。级别由规则给出，每条规则注明条款与日期；规则所问而无图层可答的，级别为“未知”。",
        "A measure carries no opinion. Levels come from rules, each with its clause and date; "
        "what a rule asks and no layer answers is unknown.",
    ),
    Text(
        "地图为示意，经过简化；测量使用未经简化的几何。",
        "Maps are simplified for drawing; what was measured was not.",
    ),
)
LIMITS: tuple[Text, ...] = (
    Text(
        "筛查用于尽早发现风险，不能代替现场调查和环境影响评价。",
        "Screening finds risks early. It replaces neither a visit to the site nor an environmental impact assessment.",
    ),
    Text(
        "结果不会比图层更准确、更新：图层的版本、覆盖范围和缺口见上表。",
        "A result is no more exact and no more recent than its layers: see their versions, coverage and gaps above.",
    ),
    Text(
        "“无”只表示所列图层在规则的界限内没有发现，并不表示没有影响。",
        "Clear means that the layers named show nothing within the limits of the rule; "
        "it does not mean that there is no effect.",
    ),
    Text(
        "规则为筛查而整理，不构成法律意见；注明“尚未核对”的条款须与原文核对后引用。",
        "The rules are arranged for screening and are no legal advice; "
        "a clause marked as not yet checked must be read beside its official text before it is cited.",
    ),
    Text(
        "图中陆地与国家和地区仅供定位，不表示对任何边界的主张。",
        "Land, countries and areas serve orientation only; no border is asserted.",
    ),
)


def say(key: str, lang: Lang, **values: object) -> str:
    """The text of `key` in `lang`, filled with `values`.

    Examples
    --------
    >>> say("row", "zh", n=3), say("row", "en", n=3)
    ('第 3 行', 'row 3')
    """
    text = WORDS[key].in_(lang)
    return text.format(**values) if values else text
