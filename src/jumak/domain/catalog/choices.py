"""Choosing options for a line (CAT-5, CAT-6)."""

from __future__ import annotations

from collections.abc import Sequence

from jumak.domain.catalog.types import CatalogItem, ItemOptionChoice, Menu, Option, OptionChoice
from jumak.domain.errors import InvalidArgument, InvalidState


def choose(
    item: CatalogItem,
    chosen: Sequence[tuple[int, int]],
    menu: Menu,
    *,
    path: str = "$",
    strict: bool = False,
    check_sale: bool = True,
    allow_sold_out: bool = False,
) -> tuple[tuple[ItemOptionChoice, ...], tuple[str, ...]]:
    """The choices of a line as they stand now, kept with it (CAT-6), and what was odd about them.

    chosen: (choice id, quantity per one item); equal ids are summed.  path: of the line.
    strict: staff chose, so a missed minimum, maximum or requirement is refused; for plugins it is
    only a warning.  check_sale: False for choices that were on the order before (CAT-3).
    Raises InvalidArgument for a choice that is not of this item, for a quantity below 1 and, when
    strict, OPTION_RULE; InvalidState ITEM_NOT_ON_SALE for a choice that is sold out.
    """
    quantities: dict[int, int] = {}
    for choice_id, quantity in chosen:
        if quantity < 1:
            place = chosen.index((choice_id, quantity))
            raise InvalidArgument(
                "옵션 수량은 1 이상이어야 합니다",
                f"{path}.optionChoices[{place}].quantity: a quantity is one or more",
                path=f"{path}.optionChoices[{place}].quantity",
            )
        quantities[choice_id] = quantities.get(choice_id, 0) + quantity

    picked: dict[int, ItemOptionChoice] = {}
    warnings: list[str] = []
    for option_id in item.option_ids:
        option = menu.option(option_id)
        if option is None:
            continue
        count = 0
        if quantities:
            for choice in option.choices:
                choice_id = choice.id
                if choice_id not in quantities or choice_id in picked:
                    continue
                wanted = quantities[choice_id]
                if check_sale and choice.state != "ON_SALE" and not allow_sold_out:
                    raise _sold_out(item, choice, f"{path}.optionChoices[{_place(chosen, choice_id)}]")
                if wanted > 1 and not choice.quantity_input_enabled:
                    warnings.append(f"{choice.title}: taken {wanted} times, but it takes no quantity")
                picked[choice_id] = _snapshot(choice, wanted)
                count += wanted
        if (broken := _broken_rule(option, count)) is not None:
            warnings.append(broken)

    if len(picked) < len(quantities):
        foreign = next(choice_id for choice_id in quantities if choice_id not in picked)
        raise InvalidArgument(
            f"{item.title}의 선택지가 아닙니다: {foreign}",
            f"{path}.optionChoices[{_place(chosen, foreign)}].id: {item.title} has no choice {foreign}",
            path=f"{path}.optionChoices[{_place(chosen, foreign)}].id",
        )
    if strict and warnings:
        raise InvalidArgument(
            f"옵션 선택을 확인해 주세요: {item.title}",
            f"{path}.optionChoices: {warnings[0]}",
            reason="OPTION_RULE",
            path=f"{path}.optionChoices",
        )
    # In the order they were asked for: that is how they are printed.
    return tuple([picked[choice_id] for choice_id in quantities]), tuple(warnings)


def _place(chosen: Sequence[tuple[int, int]], choice_id: int) -> int:
    """Where a choice was asked for first."""
    return next(place for place, (asked_id, _) in enumerate(chosen) if asked_id == choice_id)


_MOST_SNAPSHOTS = 20_000
_snapshots: dict[tuple[int, int], tuple[OptionChoice, ItemOptionChoice]] = {}


def _snapshot(choice: OptionChoice, quantity: int) -> ItemOptionChoice:
    """The choice as it stands now. The same one is chosen all day, and frozen values can be shared."""
    key = id(choice), quantity
    known = _snapshots.get(key)
    if known is not None and known[0] is choice:
        return known[1]
    if len(_snapshots) >= _MOST_SNAPSHOTS:
        _snapshots.clear()
    made = _chosen(choice, quantity)
    # The choice is kept beside it, so that its id() stays its own.
    _snapshots[key] = choice, made
    return made


def _chosen(choice: OptionChoice, quantity: int) -> ItemOptionChoice:
    return ItemOptionChoice(
        id=choice.id,
        title=choice.title,
        title_i18n=choice.title_i18n,
        price_value=choice.price_value,
        image_url=choice.image_url,
        state=choice.state,
        quantity=quantity,
    )


def _broken_rule(option: Option, count: int) -> str | None:
    if option.is_required and count < max(1, option.min_choices):
        return f"{option.title}: required, takes at least {max(1, option.min_choices)}, got {count}"
    if 0 < count < option.min_choices:
        return f"{option.title}: takes at least {option.min_choices}, got {count}"
    if option.max_choices >= 0 and count > option.max_choices:
        return f"{option.title}: takes at most {option.max_choices}, got {count}"
    return None


def _sold_out(item: CatalogItem, choice: OptionChoice, path: str) -> InvalidState:
    return InvalidState(
        f"품절된 선택지입니다: {choice.title}",
        f"{choice.title} is sold out",
        reason="ITEM_NOT_ON_SALE",
        path=path,
        itemId=item.id,
        choiceId=choice.id,
    )
