import { words } from "../../kit/words.svelte";

export const t = words({
  pageTitle: ["플러그인 · Jumak", "Plugins · Jumak"],
  shop: ["주막", "Jumak"],
  language: ["English", "한국어"],
  signOut: ["로그아웃", "Sign out"],
  menu: ["화면", "Screens"],
  plugins: ["플러그인", "Plugins"],
  noHosting: [
    "이 화면은 암호화되지 않은 http 주소로 열려 있어 플러그인 화면을 실행하지 않습니다. localhost나 https 주소로 열어 주세요. 서버에서 실행되는 플러그인은 그대로 쓸 수 있습니다.",
    "This page was opened over plain http, so it runs no plugin pages. Open it at localhost or over https. Plugins that run on the server still work.",
  ],
});
