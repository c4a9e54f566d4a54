import { words } from "../../kit/words.svelte";

export const t = words({
  pageTitle: ["주막 · Jumak", "Jumak"],
  shop: ["주막", "Jumak"],
  language: ["English", "한국어"],
  lock: ["잠금", "Lock"],
  screens: ["화면", "Screens"],
  order: ["주문", "Order"],
  tables: ["테이블", "Tables"],
  status: ["현황", "Status"],
  reconcile: ["정산", "Settle"],
  waits: ["확인할 것 {n}건", "{n} to settle"],
  catalog: ["상품", "Menu"],
  settings: ["설정", "Settings"],
  kitchen: ["주방", "Kitchen"],
  noHosting: [
    "암호화되지 않은 http 주소에서는 플러그인 화면을 실행하지 않습니다. localhost나 https 주소로 열어 주세요.",
    "Plugin pages do not run over plain http. Open the till at localhost or over https.",
  ],
});
