/** What a scope lets a plugin do, in words an owner can agree to. */

import { language } from "../../kit/words.svelte";

const SCOPES: Readonly<Record<string, readonly [ko: string, en: string]>> = {
  plugin: ["기본 권한 전체", "All standard permissions"],
  "catalog:read": ["상품 보기", "See the menu"],
  "catalog:write": ["상품 바꾸기", "Change the menu"],
  "order:read": ["주문 보기", "See orders"],
  "order:write": ["자기 주문 넣기·바꾸기", "Add and change its own orders"],
  "order:manage": ["모든 주문 처리", "Handle all orders"],
  "order:submit": ["외부 주문 접수", "Submit outside orders"],
  "payment:read": ["결제 보기", "See payments"],
  "payment:write": ["결제 기록하기", "Record payments"],
  "payment-method": ["결제 수단 추가", "Add payment methods"],
  "table:read": ["테이블 보기", "See tables"],
  "table:write": ["테이블 비우기", "Clear tables"],
  "table:manage": ["테이블 옮기기·합치기", "Move and merge tables"],
  "kds:read": ["주방 주문 보기", "See kitchen tickets"],
  "kds:write": ["주방 주문 처리", "Handle kitchen tickets"],
  "draft:read": ["장바구니 보기", "See the cart"],
  "draft:write": ["장바구니 바꾸기", "Change the cart"],
  "report:read": ["매출 보고서 보기", "See reports"],
  network: ["허용 주소와 통신", "Reach its allow-list"],
  device: ["스캐너와 화면 켜두기", "Scanner, keep the screen on"],
  ui: ["알림과 팝업 띄우기", "Show messages and popups"],
};

/** In the page's language; a scope nobody named yet as it is written. */
export function scopeLabel(scope: string): string {
  return SCOPES[scope]?.[language.current === "ko" ? 0 : 1] ?? scope;
}

/** What an extension scope lets it do beyond what the SDK gives every plugin. */
export function isMore(scope: string): boolean {
  return ["catalog:write", "order:manage", "order:submit", "table:manage", "kds:write", "report:read"].includes(scope);
}
