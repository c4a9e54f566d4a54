import { words } from "../../kit/words.svelte";

export const t = words({
  pageTitle: ["고객 화면 · Jumak", "Customer display · Jumak"],
  language: ["English", "한국어"],
  display: ["고객 화면", "Customer display"],
  welcome: ["어서 오세요", "Welcome"],
  order: ["주문 내역", "Your order"],
  discount: ["할인", "Discount"],
  tip: ["봉사료", "Tip"],
  total: ["합계", "Total"],
  paid: ["받은 금액", "Paid"],
  left: ["남은 금액", "Left to pay"],
  pleasePay: ["결제를 진행해 주세요", "Please pay now"],
  scanToPay: ["휴대폰으로 QR을 찍어 주세요", "Scan with your phone to pay"],
  qrToScan: ["결제 QR", "QR to pay with"],
  tendered: ["받은 현금", "Received"],
  change: ["거스름돈", "Change"],
  thanks: ["결제되었습니다. 감사합니다", "Paid. Thank you"],
  linked: [
    "이 기기는 고객 화면으로 연결되지 않았습니다. 고객 화면용 코드로 다시 연결해 주세요.",
    "This device was not paired as a customer display. Pair it again with a display's code.",
  ],
});
