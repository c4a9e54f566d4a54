import { words } from "../../kit/words.svelte";

export const t = words({
  parts: ["정산 화면", "Parts of this screen"],
  toSettle: ["확인할 것", "To settle"],
  ofTheDay: ["단말기 합계", "Terminal totals"],

  // The list.
  allSettled: ["모두 정리되었습니다", "All is settled"],
  allSettledHint: [
    "결과를 모르는 결제나 환불, 발급되지 않은 현금영수증이 없습니다.",
    "No payment, refund or cash receipt waits for an answer.",
  ],
  reading: ["읽는 중…", "Reading…"],
  needsYou: ["확인이 필요합니다", "Needs somebody"],
  byItself: ["자동으로 처리 중", "Ends by itself"],
  nothingToDo: ["지금 할 일은 없습니다. 끝나면 목록에서 사라집니다.", "Nothing to do: once it has ended it leaves the list."],
  PAYMENT: ["결제", "Payment"],
  REFUND: ["환불", "Refund"],
  RECEIPT: ["현금영수증", "Cash receipt"],
  underWay: ["진행 중", "Under way"],
  unknown: ["결과 모름", "Result unknown"],
  late: ["늦은 승인", "Late approval"],
  decide: ["확인 필요", "Needs a decision"],
  refused: ["거절됨", "Refused"],
  notIssued: ["발급 안 됨", "Not issued"],
  nextTry: ["{time} 뒤 다시 묻습니다.", "Asked again in {time}."],
  nextTrySoon: ["곧 다시 묻습니다.", "Asked again in a moment."],
  approvedAs: ["승인번호 {number}", "Approval {number}"],
  openOrder: ["주문 보기", "Open the order"],
  saidSo: ["“{text}”", "“{text}”"],
  managersOnly: ["점장 이상만 처리할 수 있습니다.", "A manager has to settle it."],
  done: ["처리했습니다.", "Done."],

  // What happened, and what to do.
  waitsForPay: ["{name}에서 결제를 기다리고 있습니다.", "{name} waits for the guest to pay."],
  payNoAnswer: ["결제 도중 {name}의 답을 받지 못했습니다.", "The answer of {name} to a payment was lost."],
  askingTerminal: [
    "단말기에 다시 묻고 있습니다. 끝날 때까지 이 주문을 다시 결제하지 마세요.",
    "The terminal is being asked again. Do not charge this order meanwhile.",
  ],
  lookAtPlugin: [
    "{name}의 거래 내역에서 결제되었는지 확인한 뒤 고르세요. 그 전에는 다시 결제하지 마세요.",
    "Look into the transactions of {name} whether it was paid, then choose. Do not charge again before.",
  ],
  adopt: [
    "받은 돈이 맞으면 이 주문의 결제로 기록하세요. 이미 돌려주었으면 결제 안 됨을 고르세요.",
    "Record it as paid on this order; or, if it went back already, as not paid.",
  ],
  giveItBack: [
    "주문이 이 금액을 더 받을 수 없습니다. {name}에서 취소한 뒤 결제 안 됨을 고르세요.",
    "The order takes this amount no more. Cancel it at {name}, then choose that it was not paid.",
  ],
  lookAtSlip: [
    "단말기의 거래 내역이나 카드사에서 승인되었는지 확인하세요. 단말기를 다시 쓸 수 있으면 먼저 다시 물어보세요.",
    "Look at the terminal's list of transactions or ask the card company. If the terminal works again, ask it first.",
  ],
  waitsForRefund: ["{name}에 환불을 요청했습니다.", "{name} was asked to give it back."],
  refundQueued: [
    "이 결제의 다른 환불이 끝나면 {name}에 환불을 요청합니다.",
    "{name} is asked once another refund of this payment has ended.",
  ],
  partByHand: [
    "플러그인은 결제의 일부를 돌려줄 수 없어, 손님이 이 금액을 아직 받지 못했습니다.",
    "A plugin cannot give a part back, so the guest has not got this amount yet.",
  ],
  wayByHand: ["현금이나 계좌로 돌려준 뒤 기록하세요.", "Give it back in cash or by transfer, then record that."],
  refundNoAnswer: [
    "환불을 요청했지만 {name}의 답을 받지 못했습니다.",
    "{name} was asked to give it back, and its answer was lost.",
  ],
  askingRefund: [
    "단말기에 같은 요청을 다시 보내고 있습니다. 두 번 환불되지 않습니다.",
    "The terminal is asked the same again; it never goes back twice.",
  ],
  lookAtRefund: [
    "{name}에서 환불되었는지 확인한 뒤 고르세요. 그 전에는 다른 방법으로 돌려주지 마세요.",
    "Look at {name} whether it went back, then choose. Do not give it back another way before.",
  ],
  partOwed: ["손님에게 돌려줄 금액이 아직 카드로 가지 않았습니다.", "The guest has not got this part back on the card yet."],
  wholeOwed: [
    "주문을 취소했지만 이 결제는 아직 환불되지 않았습니다.",
    "The order was cancelled, and this payment has not gone back yet.",
  ],
  wayOfPart: [
    "다시 요청하거나, 부분 취소가 안 되는 카드면 전체를 취소하고 나머지를 다시 결제하세요. 현금으로 돌려주었으면 그렇게 기록하세요.",
    "Ask again; if the card takes no partial cancels, cancel the whole and charge the rest; or record that you gave it back in cash.",
  ],
  wayOfWhole: [
    "다시 환불하거나, 다른 방법으로 돌려준 뒤 기록하세요.",
    "Ask for it again, or give it back another way and record that.",
  ],
  waitsForOther: ["같은 결제의 다른 환불이 끝나면 처리할 수 있습니다.", "Another refund of this payment has to end first."],
  receiptNotReached: ["발급 기관에 연결하지 못해 보내지 못했습니다.", "The issuer cannot be reached; it was not sent."],
  receiptNoAnswer: ["발급 기관의 답을 받지 못했습니다.", "The issuer's answer was lost."],
  askingIssuer: [
    "같은 번호로 다시 보내고 있습니다. 두 번 발급되지 않습니다.",
    "It is sent again under the same number; it is never issued twice.",
  ],
  receiptRefused: ["현금영수증 발급이 거절되었습니다.", "The cash receipt was refused."],
  issueAnew: [
    "손님의 번호를 확인해 다시 발급하거나 자진발급하세요. {day}까지 발급해야 합니다.",
    "Check the guest's number and issue it again, or to the shop itself; by {day} at the latest.",
  ],
  cancelRefused: [
    "현금은 돌려주었지만 현금영수증 취소가 거절되었습니다.",
    "The cash went back, but cancelling its receipt was refused.",
  ],
  cancelAnew: ["다시 취소하세요.", "Cancel it again."],
  noIssuer: [
    "현금영수증 발급이 연결되어 있지 않아 보내지 못하고 있습니다.",
    "No issuer of cash receipts is set up, so it cannot be sent.",
  ],
  setUpIssuer: [
    "발급이 연결되면 자동으로 보냅니다. {day}까지 발급해야 합니다.",
    "It is sent by itself once there is one; by {day} at the latest.",
  ],

  // Keys.
  giveUp: ["그만두기", "Give up"],
  askTerminal: ["단말기에 다시 묻기", "Ask the terminal again"],
  takeBack: ["승인 되돌리기", "Take it back"],
  wasPaid: ["결제됨으로 처리", "It was paid"],
  wasNotPaid: ["결제 안 됨으로 처리", "It was not paid"],
  refundAgain: ["다시 환불", "Give it back again"],
  wholeThenRest: ["전체 취소 후 다시 결제", "Cancel all, charge the rest"],
  gaveByHand: ["직접 돌려줌", "Given back by hand"],
  wentBack: ["환불됨", "It went back"],
  didNotGoBack: ["환불 안 됨", "It did not go back"],
  issueAgain: ["번호로 다시 발급", "Issue it again"],
  issueToSelf: ["자진발급", "Issue to the shop"],
  cancelReceipt: ["현금영수증 취소", "Cancel the receipt"],

  // Before it is done.
  sure: ["{key}: {won}", "{key}: {won}"],
  note: ["어떻게 확인했나요?", "How do you know?"],
  noteAsked: ["확인한 내용은 기록에 남습니다.", "What you say is kept in the records."],
  giveUpHint: [
    "다른 계산대에서 받고 있는 결제일 수 있습니다. 그만두면 손님에게 더 묻지 않고, 늦게 승인되면 이 목록에 나옵니다.",
    "Another till may be taking it. The guest is asked no more; an approval that comes late appears on this list.",
  ],
  takeBackHint: [
    "승인되었으면 카드로 되돌리고, 승인되지 않았으면 아무 일도 없습니다. 그 뒤에는 결제로 기록할 수 없습니다.",
    "If it was approved it goes back to the card, if not nothing happens. It cannot become a payment any more.",
  ],
  wholeHint: [
    "카드 결제 전체를 취소하고, 나머지를 이 계산대의 단말기에서 다시 결제합니다. 손님의 카드가 필요합니다.",
    "The whole card payment is cancelled and the rest is charged on this till's terminal: the guest's card is needed.",
  ],
  selfHint: ["손님 번호 없이 매장 자진발급으로 보냅니다.", "It is issued to the shop, without a guest's number."],
  slipSeen: ["단말기 전표 확인", "Saw the terminal's slip"],
  companyAsked: ["카드사에 확인", "Asked the card company"],
  pluginSeen: ["거래 내역 확인", "Saw the transactions"],
  cashGiven: ["현금으로 돌려줌", "Gave cash"],
  transferred: ["계좌로 보냄", "Transferred it"],

  // The terminals' day.
  day: ["영업일", "Trading day"],
  askTerminals: ["단말기에 묻기", "Ask the terminals"],
  asking: ["단말기에 묻는 중… 길면 20초 걸립니다.", "Asking the terminals, which may take 20 seconds…"],
  print: ["인쇄", "Print"],
  noTerminals: ["카드 단말기가 없습니다.", "There is no card terminal."],
  dayFrom: ["{from}부터 {until} 전까지", "From {from} until {until}"],
  agrees: ["일치", "Agrees"],
  differs: ["{won} 차이", "{won} apart"],
  differsInCount: ["건수 차이", "Counts differ"],
  notReached: ["단말기 연결 안 됨", "Not reached"],
  notReachedHint: [
    "단말기에 물을 수 없어 우리 장부만 보여 줍니다. 전원과 네트워크를 확인하고 다시 물어보세요.",
    "The terminal cannot be asked, so only our books are shown. Check its power and network, and ask again.",
  ],
  ours: ["우리 장부", "Our books"],
  theirs: ["단말기", "Terminal"],
  difference: ["차이", "Difference"],
  approvals: ["승인", "Approved"],
  cancels: ["취소", "Cancelled"],
  net: ["합계", "Net"],
  count: ["{n}건", "{n}×"],
  groups: ["카드사별", "By card company"],
  company: ["VAN · 매입사 · 종류", "VAN · acquirer · type"],
  unnamed: ["단말기가 알려주지 않음", "Not told by the terminal"],
  CREDIT: ["신용", "Credit"],
  DEBIT: ["체크", "Debit"],
  PREPAID: ["선불", "Prepaid"],
  FOREIGN: ["해외", "Foreign"],
  doubts: ["아직 확실하지 않은 거래", "Not certain yet"],
  OPEN: ["아직 결과를 모름", "Its end is not known"],
  BY_HAND: ["사람이 처리함", "Said by a person"],
  openItems: [
    "결과를 모르는 결제와 환불이 {n}건 있습니다. 마감 전에 정리하세요.",
    "Payments or refunds without an end: {n}. Settle them before closing the day.",
  ],
  practice: ["연습용", "For practice"],
});

export type Word = Parameters<typeof t>[0];
