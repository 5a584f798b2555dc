"""Countries by any usual name: the table is sound, and names are told apart where they must be."""

from __future__ import annotations

import pytest

from qinglu.model import countries, country_code, country_title
from qinglu.model.country import _rows, name_key


def test_no_name_stands_for_two_countries() -> None:
    owner: dict[str, str] = {}
    for row in _rows():
        for name in [row["alpha2"], row["alpha3"], row["numeric"], row["en"], row["zh"], *row["aliases"].split(";")]:
            if name:
                assert owner.setdefault(name_key(name), row["alpha3"]) == row["alpha3"], name


def test_the_table_is_whole() -> None:
    rows = _rows()
    assert len(rows) == len(countries()) == 250  # 249 of ISO 3166-1, and XKX
    assert all(len(r["alpha2"]) == 2 and len(r["alpha3"]) == 3 and r["en"] and r["zh"] for r in rows)
    for r in rows:
        if r["west"]:
            assert -180 <= float(r["west"]) <= 180
            assert -90 <= float(r["south"]) < float(r["north"]) <= 90


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["Viet Nam", "Vietnam", "VIETNAM", "越南", "VN", "vnm", "704"], "VNM"),
        (["NA", "NAM", "Namibia", "纳米比亚"], "NAM"),
        (["Côte d'Ivoire", "Cote d’Ivoire", "COTE D IVOIRE", "Ivory Coast", "科特迪瓦"], "CIV"),
        (["Congo", "Congo, Rep.", "Republic of the Congo", "Congo-Brazzaville", "刚果（布）", "刚果(布)"], "COG"),
        (["DRC", "DR Congo", "Congo, Dem. Rep.", "Democratic Republic of the Congo", "刚果（金）", "刚果金"], "COD"),
        (["DPRK", "North Korea", "Democratic People's Republic of Korea", "朝鲜"], "PRK"),
        (["Republic of Korea", "Korea, Rep.", "韩国"], "KOR"),
        (["Lao People's Democratic Republic", "Laos", "Lao PDR", "老挝"], "LAO"),
        (["Türkiye", "Turkiye", "Turkey", "土耳其"], "TUR"),
        (["Taiwan, China", "Taiwan", "中国台湾", "Chinese Taipei"], "TWN"),
        (["Hong Kong SAR, China", "Hong Kong", "香港", "中国香港"], "HKG"),
        (["Macao SAR", "Macau", "中国澳门"], "MAC"),
        (["The Gambia", "Gambia, The", "冈比亚"], "GMB"),
        (["St. Lucia", "Saint Lucia"], "LCA"),
        (["Niger", "尼日尔"], "NER"),
        (["Nigeria", "尼日利亚"], "NGA"),
        (["Dominica", "多米尼克"], "DMA"),
        (["Dominican Republic", "多米尼加"], "DOM"),
        (["Guinea", "几内亚"], "GIN"),
        (["Equatorial Guinea", "赤道几内亚"], "GNQ"),
        (["West Bank and Gaza Strip", "Palestine", "巴勒斯坦"], "PSE"),
        (["Kosovo", "XKX"], "XKX"),
    ],
)
def test_usual_names(names: list[str], code: str) -> None:
    assert {n: country_code(n) for n in names} == dict.fromkeys(names, code)


@pytest.mark.parametrize("name", ["", " ", "N/A", "n.a.", "-", "Atlantis", "Korea", "Africa, regional", "非洲"])
def test_what_is_no_country(name: str) -> None:
    assert country_code(name) is None


def test_titles_are_bilingual() -> None:
    assert country_title("TWN") == ("中国台湾", "Taiwan, China")
    assert country_title("HKG").zh == "中国香港"
    assert country_title("QQQ") == ("QQQ", "QQQ")
