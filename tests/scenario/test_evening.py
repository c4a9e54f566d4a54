"""Service evenings, from the first guest to the last; read them as tables (see `player.py`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from jumak.store.sqlite.check import check
from tests.scenario.player import evening
from tests.service.asking import CAFE_SHOP


async def test_friday_evening(tmp_path: Path):
    """ORD-3, ORD-8, KDS-1, KDS-5, TBL-1, SPL-1: a party orders in rounds, moves, and pays in three."""
    async with evening(folder=tmp_path) as friday:
        await friday.play("""
            seat    T1 3                               -> T1 occupied
            order   O1 T1 for 3: 2 해물파전, 1 막걸리  -> total 41,000; vat 3,727; O1 OPENED OPENED; K1 NEW 해물파전 0>2, 막걸리 0>1; T1 occupied O1; pushes order:add table:order-add kds:open
            add     O1: 2 막걸리                       -> total 51,000; K2 ADDED 막걸리 0>2; pushes order:update table:order-update kds:open
            bump    K1                                 -> K1 COMPLETED; pushes kds:complete
            recall  K1                                 -> K1 OPENED; pushes kds:open
            bump    K1                                 -> K1 COMPLETED
            move    T1 T2                              -> T1 empty; T2 occupied O1; pushes order:update table:move table:order-update
            bump    K2                                 -> K2 COMPLETED
            parts   O1 3                               -> parts 17,000 17,000 17,000
            pay     O1 17,000 card P1                  -> O1 OPENED PAID; paid 17,000; owes 34,000; pushes payment:paid table:order-update
            clear   T2                                 -> refused UNPAID; T2 occupied O1
            pay     O1 17,000 cash P2                  -> O1 OPENED PAID; owes 17,000
            pay     O1 17,000 external P3              -> O1 COMPLETED COMPLETED; owes 0; T2 empty; pushes payment:paid order:complete table:clear
            add     O1: 1 막걸리                       -> refused ORDER_NOT_EDITABLE
        """)
    assert check(tmp_path) == []


async def test_the_party_that_keeps_changing_its_mind(tmp_path: Path):
    """KDS-1, KDS-6, KDS-7, DSC-1, VAT-2, CAN-4: NEW, ADDED, CHANGED and CANCELLED as the rulebook tells."""
    async with evening(folder=tmp_path) as night:
        await night.play("""
            order    O1 T3 for 2: 2 칼국수 순한맛, 1 막걸리  -> total 23,000; K1 NEW 칼국수 0>2, 막걸리 0>1
            change   O1 칼국수 3                             -> total 32,000; K2 ADDED 칼국수 2>3
            remove   O1 막걸리                               -> total 27,000; K3 CHANGED 막걸리 1>0
            add      O1: 2 해물파전                          -> total 63,000; K4 ADDED 해물파전 0>2
            discount O1 10%                                  -> total 56,700; discount 6,300; vat 5,155
            tip      O1 3,000                                -> total 59,700; tip 3,000; vat 5,155
            bump     K1                                      -> K1 COMPLETED
            cancel   O1 너무 늦음                            -> O1 CANCELLED CANCELLED; owes 0; K2 CANCELLED; K3 CANCELLED; K4 CANCELLED; K5 CANCELLED 칼국수 3>0, 해물파전 2>0; T3 empty
            cancel   O1 두 번째                              -> O1 CANCELLED
            add      O1: 1 막걸리                            -> refused ORDER_CANCELLED
            bump     K5                                      -> K5 COMPLETED
        """)
    assert check(tmp_path) == []


async def test_friends_meet(tmp_path: Path):
    """TBL-2, TBL-3, SPL-5, KDS-10: merged tables become one order; with money on one they stay two."""
    async with evening(folder=tmp_path) as friends:
        await friends.play("""
            order   O1 T1 for 2: 1 해물파전                  -> total 18,000; K1 NEW 해물파전 0>1
            order   O2 T2 for 3: 2 막걸리, 1 손만두          -> total 17,000; K2 NEW 막걸리 0>2, 손만두 0>1; left 손만두 4
            swap    T1 T2                                    -> T1 occupied O2; T2 occupied O1; pushes order:update order:update table:swap table:order-update table:order-update
            merge   T1 T2                                    -> T1 empty; T2 occupied O1; O2 CANCELLED; O1 OPENED; K3 MERGED 막걸리 2>2, 손만두 1>1; left 손만두 4
            divide  O1 O3: 1 막걸리                          -> O3 OPENED; total 5,000; T2 occupied O1 O3; K4 NEW 막걸리 0>1; K2 NEW 막걸리 0>1, 손만두 0>1
            pay     O3 rest cash P1                          -> O3 COMPLETED COMPLETED; T2 occupied
            pay     O1 10,000 card P2                        -> O1 OPENED PAID; total 30,000; owes 20,000
            order   O4 T3 for 1: 1 칼국수 순한맛             -> total 9,000; K5 NEW 칼국수 0>1
            merge   T3 T2                                    -> T3 empty; T2 occupied O1 O3 O4; O4 OPENED
            clear   T2                                       -> refused UNPAID
            pay     O1 rest card P3                          -> O1 COMPLETED COMPLETED; T2 occupied
            pay     O4 rest card P4                          -> O4 COMPLETED COMPLETED; T2 empty
            bump    K1                                       -> K1 COMPLETED
            bump    K2                                       -> K2 COMPLETED
        """)
    assert check(tmp_path) == []


async def test_riders_knock(tmp_path: Path):
    """ORD-3, ORD-4, ORD-9, KDS-9: requests are accepted, declined, expire, or are cooked in time for the guest."""
    async with evening(folder=tmp_path) as rain:
        await rain.play("""
            submit  R1 5 min ready in 10: 2 해물파전         -> R1 REQUESTED COMPLETED; total 36,000; paid 36,000; pushes payment:paid order:add
            accept  R1                                       -> R1 OPENED COMPLETED; K1 NEW 해물파전 0>2; pushes order:accept kds:open
            submit  R2 5 min ready in 20: 1 막걸리           -> R2 REQUESTED; total 5,000
            decline R2 재료 소진                             -> R2 CANCELLED REFUNDED; paid 0; owes 0; pushes payment:cancel order:decline
            accept  R2                                       -> refused ORDER_CANCELLED
            submit  R3 5 min ready in 20: 1 손만두           -> R3 REQUESTED; left 손만두 5
            wait    4 min                                    -> R3 REQUESTED
            wait    1 min                                    -> R3 CANCELLED REFUNDED; pushes payment:cancel order:expire
            accept  R3                                       -> refused ORDER_CANCELLED
            submit  R4 5 min ready in 60: 1 칼국수 매운맛    -> R4 REQUESTED; total 9,500
            accept  R4                                       -> R4 OPENED COMPLETED
            wait    44 min                                   -> R4 OPENED
            wait    1 min                                    -> K2 NEW 칼국수 0>1; pushes kds:open
            bump    K1                                       -> K1 COMPLETED
            call    R1                                       -> R1 OPENED; pushes order:call
            complete R1                                      -> R1 COMPLETED COMPLETED; pushes order:complete
            bump    K2                                       -> K2 COMPLETED
            complete R4                                      -> R4 COMPLETED COMPLETED
        """)
    assert check(tmp_path) == []


async def test_a_morning_in_the_cafe(tmp_path: Path):
    """ORD-5, ORD-7, CAN-1, CAN-6, VAT-1: prepaid, so the kitchen hears of an order once it is paid."""
    async with evening(shop=CAFE_SHOP, folder=tmp_path) as morning:
        await morning.play("""
            order    O1: 1 칼국수 순한맛 togo, 2 막걸리      -> total 19,000; vat 1,727; O1 OPENED OPENED; pushes order:add
            seat     T1 2                                    -> refused NO_TABLES
            pay      O1 9,000 card P1                        -> O1 OPENED PAID; owes 10,000; pushes payment:paid
            complete O1                                      -> refused UNPAID
            pay      O1 rest cash P2                         -> O1 COMPLETED COMPLETED; K1 NEW 칼국수 0>1; K2 NEW 막걸리 0>2; pushes payment:paid order:complete kds:open kds:open
            take-back O1 P1                                  -> P1 CANCELLED; O1 COMPLETED PAID; owes 9,000; pushes payment:cancel
            pay      O1 rest external P3                     -> O1 COMPLETED COMPLETED; owes 0
            refund   O1 1,000                                -> O1 COMPLETED COMPLETED; total 18,000; paid 18,000; discount 1,000
            bump     K1                                      -> K1 COMPLETED
            bump     K2                                      -> K2 COMPLETED
            order    O2: 1 막걸리                            -> O2 OPENED OPENED
            pay      O2 rest card P4 stay                    -> O2 OPENED COMPLETED; K3 NEW 막걸리 0>1
            complete O2                                      -> O2 COMPLETED COMPLETED; pushes order:complete
        """)
    assert check(tmp_path) == []


async def test_everything_runs_out(tmp_path: Path):
    """CAT-2, CAT-3, CAT-9, KDS-9: stock is taken and comes back, marks bar new lines only, burnt food is remade."""
    async with evening(folder=tmp_path) as full_house:
        await full_house.play("""
            order    O1 T1 for 4: 4 손만두                   -> total 28,000; left 손만두 1; K1 NEW 손만두 0>4
            order    O2 T2 for 2: 2 손만두                   -> refused OUT_OF_STOCK; left 손만두 1
            order    O2 T2 for 2: 1 손만두                   -> left 손만두 0; K2 NEW 손만두 0>1; pushes order:add table:order-add kds:open catalog:update catalog:sold-out
            plugin-orders O3 T3 for 1: 1 손만두              -> refused ITEM_NOT_ON_SALE
            cancel   O2 손님 변심                            -> O2 CANCELLED; K2 CANCELLED; K3 CANCELLED 손만두 1>0; left 손만두 1; T2 empty
            sold-out 막걸리                                  -> pushes catalog:update catalog:sold-out
            plugin-orders O3 T3 for 1: 1 막걸리              -> refused ITEM_NOT_ON_SALE
            on-sale  막걸리                                  -> pushes catalog:update catalog:on-sale
            plugin-orders O3 T3 for 1: 1 막걸리, 1 해물파전  -> O3 OPENED; total 23,000; K4 NEW 막걸리 0>1, 해물파전 0>1
            plugin-orders O4 T3 for 1: 1 막걸리              -> refused TABLE_OCCUPIED
            plugin-adds O3: 3 막걸리, 1 칼국수 매운맛        -> total 24,500; K5 CHANGED 막걸리 1>3, 칼국수 0>1, 해물파전 1>0
            plugin-adds O3: 3 막걸리, 1 칼국수 매운맛        -> total 24,500; pushes
            bump     K4                                      -> K4 COMPLETED
            bump     K5                                      -> K5 COMPLETED
            remake   O3 칼국수 1                             -> K6 ADDED 칼국수 0>1; total 24,500; pushes kds:open
            pay      O1 rest card P1                         -> O1 COMPLETED COMPLETED; T1 empty
            pay      O3 rest card P2 stay                    -> O3 OPENED COMPLETED; T3 occupied O3
            clear    T3                                      -> O3 COMPLETED COMPLETED; T3 empty; pushes order:complete table:clear
        """)
    assert check(tmp_path) == []


async def test_the_player_notices_what_is_not_so():
    """ORD-1: a line that comes out otherwise fails, and so does a ticket nobody expected."""
    for wrong in (
        "order O1: 1 막걸리 -> total 4,000; K1 NEW",
        "order O1: 1 막걸리 -> total 5,000",
        "order O1: 1 막걸리 -> K1 ADDED",
        "order O1: 1 막걸리 -> refused OUT_OF_STOCK",
        "order O1: 1 막걸리 -> K1 NEW; pushes order:add",
        "order O1: 99 손만두 -> O1 OPENED",
    ):
        async with evening() as night:
            with pytest.raises(AssertionError, match="line 1"):
                await night.play(wrong)
