"""The menu of the demo shop, as it would be typed in: what `catalog-*.add` is sent, in this order.

Ids are given by a new shop in the order of the lists: category 1 is 식사, item 1 is 비빔밥.
"""

from __future__ import annotations

from typing import Any, Final

from jumak.domain.barcode import check_digit
from jumak.domain.base import LanguagePack
from jumak.domain.catalog import ItemType, Label, PriceType
from jumak.domain.catalog.edit import (
    CategoryInput,
    ChoiceInput,
    ItemInput,
    OptionInput,
    PriceInput,
    Reference,
    StockInput,
)


def _english(text: str) -> LanguagePack:
    return LanguagePack(languages={"en": text})


def _category(title: str, english: str, order: int) -> CategoryInput:
    return CategoryInput(title=title, title_i18n=_english(english), order=order)


MEALS, NOODLES, SHARING, COFFEE, DRINKS, ALCOHOL, DESSERTS, GOODS = range(1, 9)

CATEGORIES: Final = (
    _category("식사", "Meals", 1),
    _category("면·만두", "Noodles and dumplings", 2),
    _category("전·안주", "Pancakes and sharing plates", 3),
    _category("커피", "Coffee", 4),
    _category("차·음료", "Tea and soft drinks", 5),
    _category("주류", "Alcohol", 6),
    _category("디저트", "Desserts", 7),
    _category("상품·기타", "Goods and more", 8),
)


# -- options -------------------------------------------------------------------------------------


def _choice(
    title: str, english: str, won: int = 0, *, counted: bool = False, sold_out: bool = False
) -> ChoiceInput:
    return ChoiceInput(
        title=title,
        title_i18n=_english(english),
        price_value=won,
        quantity_input_enabled=counted,
        state="SOLD_OUT" if sold_out else "ON_SALE",
    )


def _one_of(title: str, english: str, *choices: ChoiceInput) -> OptionInput:
    """Exactly one has to be chosen."""
    return OptionInput(
        title=title,
        title_i18n=_english(english),
        is_required=True,
        min_choices=1,
        max_choices=1,
        choices=choices,
    )


def _any_of(title: str, english: str, *choices: ChoiceInput, at_most: int = -1) -> OptionInput:
    """None, some or all may be chosen."""
    return OptionInput(
        title=title,
        title_i18n=_english(english),
        is_required=False,
        min_choices=0,
        max_choices=at_most,
        choices=choices,
    )


SPICE, RICE, EXTRAS, TEMPERATURE, SIZE, SHOTS, GLASSES, TOPPINGS = range(1, 9)

OPTIONS: Final = (
    _one_of(
        "맵기", "Spiciness",
        _choice("순한맛", "Mild"), _choice("보통", "Medium"), _choice("매운맛", "Hot", 500),
        _choice("아주 매운맛", "Very hot", 1_000),
    ),
    _one_of("밥", "Rice", _choice("공기밥", "White rice"), _choice("흑미밥", "Black rice", 1_000)),
    _any_of(
        "사리 추가", "Extras",
        _choice("라면 사리", "Ramyeon noodles", 2_000, counted=True),
        _choice("떡 사리", "Rice cakes", 2_000, counted=True),
        _choice("계란", "Egg", 1_000, counted=True),
        _choice("치즈", "Cheese", 2_000),
    ),
    _one_of("온도", "Temperature", _choice("따뜻하게", "Hot"), _choice("차갑게", "Iced", 500)),
    _one_of("사이즈", "Size", _choice("레귤러", "Regular"), _choice("라지", "Large", 700)),
    _any_of(
        "샷·시럽", "Shots and syrups",
        _choice("샷 추가", "Extra shot", 500, counted=True),
        _choice("바닐라 시럽", "Vanilla syrup", 500, counted=True),
        _choice("헤이즐넛 시럽", "Hazelnut syrup", 500, counted=True),
        _choice("오트밀크 변경", "Oat milk", 700, sold_out=True),
    ),
    _any_of("잔", "Glasses", _choice("막걸리 잔", "Makgeolli bowl", counted=True)),
    _any_of(
        "토핑", "Toppings",
        _choice("팥", "Red beans", 1_000), _choice("인절미", "Rice cake cubes", 1_000),
        _choice("견과", "Nuts", 800), _choice("아이스크림", "Ice cream", 1_500),
        at_most=3,
    ),
)  # fmt: skip


# -- items ---------------------------------------------------------------------------------------


def ean(number: int) -> str:
    """A Korean EAN-13 for goods: prefix 880, the number, its check digit."""
    digits = f"880{number:09d}"
    return f"{digits}{check_digit(digits)}"


def _item(
    title: str,
    english: str,
    category: int,
    won: int,
    *options: int,
    kind: ItemType = "ITEM",
    tax_free: bool = False,
    stock: int | None = None,
    barcode: str | None = None,
    per: int = 1,
    price_type: PriceType = "FIXED",
    price_title: str = "기본",
    label: str | None = None,
    **more: Any,
) -> ItemInput:
    price = PriceInput(
        title=price_title,
        is_default=True,
        price_type=price_type,
        price_unit=per,
        price_value=won,
        is_tax_free=tax_free,
        barcode=barcode,
        is_stockable=stock is not None,
        stock_quantity=None if stock is None else StockInput(remain_quantity=stock),
    )
    return ItemInput(
        title=title,
        title_i18n=_english(english),
        category=Reference(id=category),
        prices=(price,),
        options=tuple(Reference(id=each) for each in options),
        labels=() if label is None else (Label(title=label, color="#E5566D"),),
        type=kind,
        **more,
    )


_MENU: Final = (
    # 식사
    _item("비빔밥", "Bibimbap", MEALS, 9_500, SPICE, label="인기"),
    _item("돌솥비빔밥", "Stone pot bibimbap", MEALS, 10_500, SPICE),
    _item("김치찌개", "Kimchi stew", MEALS, 9_000, SPICE, RICE, EXTRAS),
    _item("된장찌개", "Soybean paste stew", MEALS, 9_000, RICE, EXTRAS),
    _item("순두부찌개", "Soft tofu stew", MEALS, 9_500, SPICE, RICE, EXTRAS),
    _item("제육볶음", "Spicy pork", MEALS, 11_000, SPICE, RICE),
    _item("불고기", "Bulgogi", MEALS, 13_000, RICE, label="추천"),
    _item("육개장", "Spicy beef soup", MEALS, 11_000, RICE),
    _item("갈비탕", "Short rib soup", MEALS, 15_000, RICE, stock=30, description="하루 서른 그릇"),
    _item("공기밥", "Bowl of rice", MEALS, 1_000),
    # 면·만두
    _item("칼국수", "Knife-cut noodles", NOODLES, 9_000, SPICE, EXTRAS),
    _item("물냉면", "Cold noodles in broth", NOODLES, 11_000),
    _item("비빔냉면", "Spicy cold noodles", NOODLES, 11_000, SPICE),
    _item("잔치국수", "Banquet noodles", NOODLES, 8_000, EXTRAS),
    _item("떡만둣국", "Rice cake and dumpling soup", NOODLES, 10_000),
    _item("손만두", "Handmade dumplings", NOODLES, 8_000, stock=40),
    _item("라볶이", "Ramyeon tteokbokki", NOODLES, 8_500, SPICE, EXTRAS),
    # 전·안주
    _item("해물파전", "Seafood pancake", SHARING, 18_000, label="인기"),
    _item("김치전", "Kimchi pancake", SHARING, 14_000),
    _item("감자전", "Potato pancake", SHARING, 13_000),
    _item("모둠전", "Assorted pancakes", SHARING, 25_000),
    _item("두부김치", "Tofu with kimchi", SHARING, 17_000),
    _item("보쌈", "Boiled pork wraps", SHARING, 35_000),
    _item("골뱅이무침", "Spicy whelk salad", SHARING, 22_000, SPICE),
    _item("계란말이", "Rolled omelette", SHARING, 12_000),
    _item("육회", "Beef tartare", SHARING, 12_000, per=100, price_type="UNIT", price_title="100g"),
    _item("오늘의 회", "Fish of the day", SHARING, 0, price_type="VARIABLE", price_title="싯가"),
    # 커피
    _item("아메리카노", "Americano", COFFEE, 4_500, TEMPERATURE, SIZE, SHOTS, label="인기"),
    _item("카페라떼", "Caffè latte", COFFEE, 5_000, TEMPERATURE, SIZE, SHOTS),
    _item("바닐라라떼", "Vanilla latte", COFFEE, 5_500, TEMPERATURE, SIZE, SHOTS),
    _item("카푸치노", "Cappuccino", COFFEE, 5_000, SIZE, SHOTS),
    _item("카페모카", "Caffè mocha", COFFEE, 5_500, TEMPERATURE, SIZE, SHOTS),
    _item("콜드브루", "Cold brew", COFFEE, 5_000, SIZE),
    _item("에스프레소", "Espresso", COFFEE, 4_000),
    # 차·음료
    _item("유자차", "Citron tea", DRINKS, 5_500, TEMPERATURE),
    _item("대추차", "Jujube tea", DRINKS, 6_000, TEMPERATURE),
    _item("쌍화차", "Ssanghwa tea", DRINKS, 7_000),
    _item("오미자차", "Omija tea", DRINKS, 6_000, TEMPERATURE),
    _item("식혜", "Sweet rice drink", DRINKS, 4_500),
    _item("수정과", "Cinnamon punch", DRINKS, 4_500),
    _item("콜라", "Cola", DRINKS, 2_500, stock=120, barcode=ean(1_001)),
    _item("사이다", "Lemon soda", DRINKS, 2_500, stock=120, barcode=ean(1_002)),
    _item("생수", "Still water", DRINKS, 1_500, stock=96, barcode=ean(1_003)),
    # 주류
    _item("생막걸리", "Fresh makgeolli", ALCOHOL, 6_000, GLASSES, stock=60, barcode=ean(2_001)),
    _item("알밤막걸리", "Chestnut makgeolli", ALCOHOL, 7_000, GLASSES, stock=36, barcode=ean(2_002)),
    _item("소주", "Soju", ALCOHOL, 5_000, stock=100, barcode=ean(2_003)),
    _item("병맥주", "Bottled beer", ALCOHOL, 5_500, stock=100, barcode=ean(2_004)),
    _item("생맥주", "Draught beer", ALCOHOL, 5_000),
    _item("동동주", "Dongdongju", ALCOHOL, 12_000, GLASSES),
    # 디저트
    _item("팥빙수", "Red bean shaved ice", DESSERTS, 12_000, TOPPINGS, label="여름"),
    _item("인절미 토스트", "Rice cake toast", DESSERTS, 7_500, TOPPINGS),
    _item("호떡", "Sweet pancake", DESSERTS, 4_500, TOPPINGS),
    _item("약과", "Honey cookies", DESSERTS, 3_500, stock=50),
    _item("치즈케이크", "Cheesecake", DESSERTS, 6_500, stock=12),
    _item("모둠떡", "Assorted rice cakes", DESSERTS, 8_000),
    # 상품·기타
    _item("사과 한 봉지", "Bag of apples", GOODS, 8_000, tax_free=True, stock=20, barcode=ean(3_001)),
    _item("햇감자 1kg", "New potatoes, 1 kg", GOODS, 5_000, tax_free=True, stock=15, barcode=ean(3_002)),
    _item("원두 200g", "Coffee beans, 200 g", GOODS, 15_000, stock=24, barcode=ean(3_003)),
    _item("포기김치 1kg", "Kimchi to go, 1 kg", GOODS, 13_000, stock=18, barcode=ean(3_004)),
    _item("주막 선불카드 5만원", "Prepaid card, 50,000 won", GOODS, 50_000, kind="PREPAID_CARD"),
    _item("배달비", "Delivery fee", GOODS, 3_000, kind="DELIVERY_FEE"),
)

ITEMS: Final = tuple(
    ItemInput(**{name: getattr(item, name) for name in item.__struct_fields__} | {"order": place})
    for place, item in enumerate(_MENU, 1)
)
"""In menu order."""
