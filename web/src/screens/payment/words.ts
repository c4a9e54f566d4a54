import { words } from "../../kit/words.svelte";

export const t = words({
  openOrders: ["결제할 주문", "Orders to pay"],
  noOrders: ["결제할 주문이 없습니다.", "No order waits for payment."],
  noOrdersHint: ["새 주문이 들어오면 여기에 바로 표시됩니다.", "New orders appear here at once."],
  andMore: ["외 {n}개", "and {n} more"],
  paidSoFar: ["받은 금액 {won}", "{won} paid so far"],
  chooseOrder: ["왼쪽에서 주문을 고르세요.", "Choose an order."],
  amount: ["받을 금액", "Amount"],
  half: ["절반", "Half"],
  payBy: ["결제 수단", "Pay by"],
  noMethods: ["등록된 결제 수단이 없습니다.", "There is no payment method."],
  noMethodsHint: [
    "결제 플러그인을 설치하고 켜면 여기에 버튼이 생깁니다.",
    "Install and switch on a payment plugin, and its button appears here.",
  ],
  waitingFor: ["{name} 결제를 기다리는 중", "Waiting for {name}"],
  waitingHint: ["고객의 결제가 끝나면 자동으로 바뀝니다.", "This changes by itself once the guest has paid."],
  stillWaiting: [
    "2분이 지났습니다. 더 기다리거나 그만둘 수 있습니다.",
    "Two minutes have passed. Wait on, or give up.",
  ],
  giveUp: ["그만두기", "Give up"],
  givenUp: ["결제를 그만두었습니다.", "You gave up this payment."],
  paid: ["결제되었습니다", "Paid"],
  declined: ["결제되지 않았습니다", "Not paid"],
  unknownResult: ["결제 결과를 알 수 없습니다", "The result is unknown"],
  unknownHint: [
    "다시 결제하지 말고, 점장이 아래 목록에서 결과를 확인해 처리해 주세요.",
    "Do not charge again. A manager settles it in the list below.",
  ],
  done: ["확인", "Done"],
  unresolved: ["확인이 필요한 결제", "Payments to settle"],
  resolveQuery: ["다시 조회", "Ask again"],
  resolvePaid: ["결제됨으로 처리", "It was paid"],
  resolveUnpaid: ["결제 안 됨으로 처리", "It was not paid"],
  managersOnly: ["점장 이상만 처리할 수 있습니다.", "A manager has to settle it."],
});
