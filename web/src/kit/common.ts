/** Words several screens share. */

import type { Table } from "./words.svelte";

export const COMMON = {
  connecting: ["매장 서버에 연결하는 중…", "Connecting to the shop…"],
  lost: ["서버와 연결이 끊어졌습니다. 다시 연결하는 중…", "Connection lost. Reconnecting…"],
  signIn: ["직원 로그인", "Staff sign-in"],
  erase: ["지우기", "Erase"],
  clear: ["모두 지우기", "Clear"],
  payment: ["결제", "Payment"],
  orderName: ["주문 {n}", "Order {n}"],
  all: ["전액", "All"],
  back: ["뒤로", "Back"],
  name: ["이름", "Name"],
  version: ["버전", "Version"],
  cancel: ["취소", "Cancel"],
  close: ["닫기", "Close"],
  code: ["바코드", "Code"],
  failed: ["문제가 생겼습니다. 다시 시도해 주세요.", "Something went wrong. Please try again."],
  ok: ["확인", "OK"],
  save: ["저장", "Save"],
  add: ["추가", "Add"],
  edit: ["수정", "Edit"],
  remove: ["삭제", "Remove"],
  search: ["검색", "Search"],
  more: ["더 보기", "More"],
  yes: ["예", "Yes"],
  no: ["아니요", "No"],
  won: ["원", "won"],
  less: ["줄이기", "less"],
  increase: ["늘리기", "more"],
  unpaid: ["남은 금액", "Unpaid"],
} as const satisfies Table;
