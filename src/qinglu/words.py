"""The closed vocabularies of clauses and tools: every word with its title in both languages.

Kept apart from all else and light, so that declarations of tools can list them without loading a library.
"""

from __future__ import annotations

from collections.abc import Mapping

from .text import Text

SECTORS: Mapping[str, Text] = {
    "thermal_power": Text("火力发电", "thermal power"),
    "hydropower": Text("水电", "hydropower"),
    "wind_power": Text("风电", "wind power"),
    "solar_power": Text("太阳能发电", "solar power"),
    "geothermal_power": Text("地热发电", "geothermal power"),
    "biomass_power": Text("生物质发电", "biomass power"),
    "nuclear_power": Text("核电", "nuclear power"),
    "waste_to_energy": Text("垃圾焚烧发电", "waste to energy"),
    "transmission": Text("输变电", "transmission and substations"),
    "oil_gas": Text("油气开采", "oil and gas extraction"),
    "refining_chemicals": Text("石油化工", "refining and chemicals"),
    "pipeline": Text("管道", "pipelines"),
    "mining": Text("采矿", "mining"),
    "metallurgy": Text("冶炼", "metal smelting"),
    "cement": Text("水泥建材", "cement and building materials"),
    "manufacturing": Text("制造业", "manufacturing"),
    "industrial_park": Text("产业园区", "industrial parks"),
    "railway": Text("铁路", "railways"),
    "road": Text("公路", "roads"),
    "bridge_tunnel": Text("桥隧", "bridges and tunnels"),
    "port": Text("港口与航道", "ports and waterways"),
    "airport": Text("机场", "airports"),
    "urban_transport": Text("城市交通", "urban transport"),
    "water": Text("供水与水利", "water supply and water works"),
    "wastewater": Text("污水处理", "wastewater treatment"),
    "waste": Text("固体废物处置", "waste disposal"),
    "agriculture": Text("农业", "agriculture"),
    "forestry": Text("林业", "forestry"),
    "building": Text("房屋建筑", "buildings"),
    "telecom": Text("通信", "telecommunications"),
    "other": Text("其他", "other"),
}

TECHNOLOGIES: Mapping[str, Text] = {
    "coal_boiler": Text("燃煤锅炉", "coal-fired boiler"),
    "cfb_boiler": Text("循环流化床锅炉", "circulating fluidised-bed boiler"),
    "w_flame_boiler": Text("W形火焰炉", "W-flame boiler"),
    "oil_boiler": Text("燃油锅炉", "oil-fired boiler"),
    "gas_boiler": Text("燃气锅炉", "gas-fired boiler"),
    "biomass_boiler": Text("生物质锅炉", "biomass boiler"),
    "gas_turbine": Text("燃气轮机", "gas turbine"),
    "engine": Text("内燃机组", "reciprocating engine"),
    "dual_fuel_engine": Text("双燃料内燃机组", "dual-fuel engine"),
}

FUELS: Mapping[str, Text] = {
    "coal": Text("煤", "coal"),
    "low_volatile_coal": Text("低挥发分煤", "coal of low volatile matter"),
    "lignite": Text("褐煤", "lignite"),
    "oil": Text("燃油", "oil"),
    "natural_gas": Text("天然气", "natural gas"),
    "other_gas": Text("其他气体燃料", "other gas"),
    "biomass": Text("生物质", "biomass"),
    "waste": Text("垃圾", "waste"),
}

STAGES: Mapping[str, Text] = {
    "planning": Text("规划", "planning"),
    "feasibility": Text("可行性研究", "feasibility study"),
    "financing": Text("融资", "financing"),
    "construction": Text("建设", "construction"),
    "operation": Text("运营", "operation"),
    "retrofit": Text("改造", "retrofit"),
    "closure": Text("关闭", "closure"),
}

AIRSHEDS: Mapping[str, Text] = {
    "non_degraded": Text("未退化空气域", "non-degraded airshed"),
    "degraded": Text("已退化空气域", "degraded airshed"),
}

REGIONS: Mapping[str, Text] = {
    "key-region": Text("重点地区", "key region"),
    "high-sulphur": Text("高硫煤地区", "high-sulphur province"),
    "city-10km": Text("大城市10千米内", "within 10 km of a large city"),
    "polluted-10km": Text("重污染区10千米内", "within 10 km of a critically polluted area"),
    "elsewhere": Text("其他地区", "none of these regions"),
    "zone-a": Text("受纳区A", "receiving zone A"),
    "zone-b": Text("受纳区B", "receiving zone B"),
    "zone-c": Text("受纳区C", "receiving zone C"),
}

LOCATION_FINDINGS: Mapping[str, Text] = {
    "protected-area": Text("涉及自然保护地", "in a protected area"),
    "key-biodiversity-area": Text("涉及生物多样性关键区", "in a key biodiversity area"),
    "world-heritage": Text("涉及世界遗产", "in a World Heritage site"),
    "wetland": Text("涉及湿地", "in a wetland"),
    "forest": Text("涉及森林", "in a forest"),
    "reef": Text("涉及珊瑚礁", "on a coral reef"),
    "indigenous-land": Text("涉及原住民土地", "on indigenous land"),
    "settlement": Text("临近居民点", "near a settlement"),
    "water-stress": Text("位于缺水地区", "in a water-stressed area"),
}

ACTORS: Mapping[str, Text] = {
    "company": Text("企业", "company"),
    "bank": Text("金融机构", "financial institution"),
    "agency": Text("主管部门", "government agency"),
}

CATEGORIES: Mapping[str, Text] = {
    "A": Text("A类", "category A"),
    "B": Text("B类", "category B"),
    "C": Text("C类", "category C"),
}

QUANTITIES: Mapping[str, tuple[Text, tuple[str, ...]]] = {
    "so2": (Text("二氧化硫", "sulphur dioxide"), ("mg/m3", "ug/m3", "ppm")),
    "nox": (Text("氮氧化物（以NO2计）", "nitrogen oxides (as NO2)"), ("mg/m3", "ug/m3", "ppm")),
    "pm": (Text("颗粒物", "particulate matter"), ("mg/m3", "ug/m3")),
    "hg": (Text("汞及其化合物", "mercury"), ("mg/m3", "ug/m3")),
    "co": (Text("一氧化碳", "carbon monoxide"), ("mg/m3", "ug/m3", "ppm")),
    "no2": (Text("二氧化氮", "nitrogen dioxide"), ("mg/m3", "ug/m3", "ppm")),
    "o3": (Text("臭氧", "ozone"), ("mg/m3", "ug/m3", "ppm")),
    "pm2_5": (Text("细颗粒物", "PM2.5"), ("ug/m3", "mg/m3")),
    "pm10": (Text("可吸入颗粒物", "PM10"), ("ug/m3", "mg/m3")),
    "share": (Text("占比", "share"), ("percent", "share")),
    "population": (Text("个体数", "number of individuals"), ("1",)),
    "emissions": (Text("温室气体排放", "greenhouse gas emissions"), ("t/year", "Mt/year")),
    "reduction": (Text("减排幅度", "reduction"), ("percent",)),
    "year": (Text("目标年", "year of the target"), ("1",)),
    "area": (Text("面积", "area"), ("m2", "km2", "ha")),
}
"""Quantity of a clause → its title and the units it may be written in."""

AVERAGING: Mapping[str, Text] = {
    "10min": Text("10分钟平均", "10-minute mean"),
    "1h": Text("1小时平均", "hourly mean"),
    "8h": Text("8小时平均", "8-hour mean"),
    "24h": Text("24小时平均", "24-hour mean"),
    "month": Text("月平均", "monthly mean"),
    "peak_season": Text("高峰季平均", "peak-season mean"),
    "annual": Text("年平均", "annual mean"),
}

FREIGHT_MODES: Mapping[str, Text] = {
    "sea": Text("海运", "sea"),
    "rail": Text("铁路", "rail"),
    "road": Text("公路", "road"),
    "inland_water": Text("内河", "inland water"),
    "air": Text("航空", "air"),
    "hub": Text("枢纽作业", "handling at a hub"),
}

SEA_PASSAGES: Mapping[str, Text] = {
    "suez": Text("苏伊士运河", "Suez Canal"),
    "panama": Text("巴拿马运河", "Panama Canal"),
    "babalmandab": Text("曼德海峡", "Bab el-Mandeb"),
    "bosporus": Text("博斯普鲁斯海峡", "Bosporus"),
    "dardanelles": Text("达达尼尔海峡", "Dardanelles"),
    "gibraltar": Text("直布罗陀海峡", "Strait of Gibraltar"),
    "ormuz": Text("霍尔木兹海峡", "Strait of Hormuz"),
    "malacca": Text("马六甲海峡", "Strait of Malacca"),
    "sunda": Text("巽他海峡", "Sunda Strait"),
    "chili": Text("麦哲伦海峡与合恩角", "Magellan Strait and Cape Horn"),
    "south_africa": Text("好望角", "Cape of Good Hope"),
    "bering": Text("白令海峡", "Bering Strait"),
}
"""Narrows that a way by sea can be kept out of, as the graph of searoute names them."""
