import { words } from "../../kit/words.svelte";

export const t = words({
  cashReceipts: ["현금영수증", "Cash receipts"],
  issue: ["현금영수증 {won}", "Cash receipt {won}"],
  otherNumber: ["다른 번호로 발급", "To another number"],
  title: ["현금영수증 {won}", "Cash receipt for {won}"],
  use: ["용도", "What for"],
  DEDUCTION: ["소득공제", "Income deduction"],
  PROOF: ["지출증빙", "Business expense"],
  SELF: ["자진발급", "To the shop itself"],
  phone: ["휴대폰 번호", "Mobile number"],
  phoneHint: ["휴대폰 번호나 현금영수증 카드 번호", "A mobile number, or the number of a cash receipt card"],
  business: ["사업자번호", "Business number"],
  businessHint: [
    "사업자번호 10자리, 휴대폰 번호나 카드 번호",
    "The ten digits of a business, a mobile number or a card",
  ],
  self: ["번호 없이 자진발급", "No number: to the shop itself"],
  send: ["발급", "Issue"],

  QUEUED: ["발급 대기", "In the queue"],
  SENT: ["발급 중", "Being issued"],
  UNKNOWN: ["결과 확인 중", "Finding out"],
  ISSUED: ["발급됨", "Issued"],
  FAILED: ["발급되지 않음", "Not issued"],
  TAKEN_BACK: ["취소됨", "Cancelled"],
  WITHDRAWN: ["철회됨", "Withdrawn"],
  approval: ["승인번호 {number}", "Approval {number}"],
  practice: ["연습용: 국세청에 전송되지 않습니다", "For practice: the tax office hears nothing"],
  itself: ["자동으로 진행됩니다. 기다리지 않아도 됩니다.", "This goes on by itself. Nobody has to wait."],
  away: [
    "발급 기관에 연결되지 않아 자동으로 다시 보냅니다. 기다리지 않아도 됩니다.",
    "The issuer cannot be reached. It is sent again by itself: nobody has to wait.",
  ],
  lost: [
    "발급 기관의 답을 받지 못해 자동으로 다시 확인합니다. 다시 발급하지 마세요.",
    "The issuer's answer was lost. It is asked again by itself: do not issue another.",
  ],
  untilAsked: [
    "{time}에 자진발급합니다. 그 전에 손님 번호로 발급할 수 있습니다.",
    "Issued to the shop itself at {time}, unless a guest gives a number before.",
  ],
  refused: ["발급 기관의 답: {message} ({code})", "The issuer says: {message} ({code})"],
  refusedHint: ["번호를 확인하고 다시 발급해 주세요.", "Check the number, then issue it again."],

  takeBack: ["현금영수증 취소", "Cancel this receipt"],
  takeBackTitle: ["현금영수증 {won}을 취소할까요?", "Cancel the cash receipt for {won}?"],
  takeBackHint: [
    "받은 현금은 그대로 두고 현금영수증만 취소합니다. 그다음 다른 번호로 발급할 수 있습니다.",
    "The cash stays; only the receipt is cancelled. After that it can be issued to another number.",
  ],
  wrongNumber: ["번호 오류", "Wrong number"],
  guestAsked: ["손님 요청", "The guest asked"],
  cancelOf: ["{won} 취소", "Cancel of {won}"],
  cancelFailed: ["취소되지 않음", "Not cancelled"],
  cancelFailedHint: ["잠시 뒤 다시 취소해 주세요.", "Try again in a while."],
  cancelGoing: ["취소 진행 중", "Being cancelled"],
});

export type Word = Parameters<typeof t>[0];
