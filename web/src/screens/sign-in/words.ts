import { words } from "../../kit/words.svelte";

export const t = words({
  claimTitle: ["이 기기를 매장에 연결", "Connect this device to the shop"],
  claimHint: [
    "서버를 시작할 때 표시된 코드나 점주가 만든 연결 코드를 입력하세요.",
    "Enter the code shown when the server started, or a pairing code made by the owner.",
  ],
  claimNone: ["코드가 없으신가요?", "No code at hand?"],
  claimFromTill: [
    "이미 연결된 계산대에서: 설정 → 기기에서 새 코드를 만드세요.",
    "At a till that is connected: make one under Settings → Devices.",
  ],
  claimFromServer: [
    "서버 컴퓨터에서: 아래 명령을 실행하면 점주 계산대로 여는 링크가 나옵니다.",
    "On the server's computer: this command prints a link that opens the owner's till.",
  ],
  claimCode: ["연결 코드", "Pairing code"],
  connect: ["연결", "Connect"],
  pinHint: ["PIN 4~8자리를 누르세요", "Enter your PIN, 4 to 8 digits"],
  pinDigits: ["입력한 자릿수: {n}", "{n} digits entered"],
  approvalTitle: ["점장 승인", "A manager's approval"],
  approvalHint: ["점장 이상의 PIN을 입력하세요.", "Enter the PIN of a manager or the owner."],
  theCart: ["장바구니", "Cart"],
  goesBack: ["돌려줄 돈 {won}", "{won} goes back"],
  although: ["플러그인이 거부함", "although a plugin objects"],
  approve: ["승인", "Approve"],
  enter: ["로그인", "Sign in"],
});
