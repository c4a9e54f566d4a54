/** Every text of the pages, in Korean and English: one table, Korean first. */

export type Lang = "ko" | "en";

const KEPT = "jumak.lang";

const WORDS = {
  shop: ["주막", "Jumak"],
  language: ["English", "한국어"],
  claimTitle: ["이 기기를 매장에 연결", "Connect this device to the shop"],
  claimHint: [
    "서버를 시작할 때 표시된 코드나 점주가 만든 연결 코드를 입력하세요.",
    "Enter the code shown when the server started, or a pairing code made by the owner.",
  ],
  claimCode: ["연결 코드", "Pairing code"],
  connect: ["연결", "Connect"],
  connecting: ["매장 서버에 연결하는 중…", "Connecting to the shop…"],
  lost: ["서버와 연결이 끊어졌습니다. 다시 연결하는 중…", "Connection lost. Reconnecting…"],
  online: ["연결됨", "Online"],
  signIn: ["직원 로그인", "Staff sign-in"],
  pinHint: ["PIN 4~8자리를 누르세요", "Enter your PIN, 4 to 8 digits"],
  pin: ["PIN", "PIN"],
  pinDigits: ["입력한 자릿수: {n}", "{n} digits entered"],
  enter: ["로그인", "Sign in"],
  erase: ["지우기", "Erase"],
  clear: ["모두 지우기", "Clear"],
  signOut: ["로그아웃", "Sign out"],
  menu: ["화면", "Screens"],
  payment: ["결제", "Payment"],
  plugins: ["플러그인", "Plugins"],
  noHosting: [
    "이 화면은 암호화되지 않은 http 주소로 열려 있어 플러그인 화면을 실행하지 않습니다. localhost나 https 주소로 열어 주세요. 서버에서 실행되는 플러그인은 그대로 쓸 수 있습니다.",
    "This page was opened over plain http, so it runs no plugin pages. Open it at localhost or over https. Plugins that run on the server still work.",
  ],
  openOrders: ["결제할 주문", "Orders to pay"],
  noOrders: ["결제할 주문이 없습니다.", "No order waits for payment."],
  noOrdersHint: ["새 주문이 들어오면 여기에 바로 표시됩니다.", "New orders appear here at once."],
  orderName: ["주문 {n}", "Order {n}"],
  andMore: ["외 {n}개", "and {n} more"],
  unpaid: ["남은 금액", "Unpaid"],
  paidSoFar: ["받은 금액 {won}", "{won} paid so far"],
  chooseOrder: ["왼쪽에서 주문을 고르세요.", "Choose an order."],
  amount: ["받을 금액", "Amount"],
  all: ["전액", "All"],
  half: ["절반", "Half"],
  won: ["원", "won"],
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
  back: ["뒤로", "Back"],
  unresolved: ["확인이 필요한 결제", "Payments to settle"],
  resolveQuery: ["다시 조회", "Ask again"],
  resolvePaid: ["결제됨으로 처리", "It was paid"],
  resolveUnpaid: ["결제 안 됨으로 처리", "It was not paid"],
  refundsUnknown: ["환불되었는지 확인이 필요한 결제", "Refunds to settle"],
  refundNote: ["확인한 내용", "What you found out"],
  refunded: ["환불됨", "It was refunded"],
  notRefunded: ["환불 안 됨", "It was not refunded"],
  managersOnly: ["점장 이상만 처리할 수 있습니다.", "A manager has to settle it."],
  ownersOnly: ["플러그인 관리는 점주만 할 수 있습니다.", "Only the owner manages plugins."],
  install: ["플러그인 설치", "Install a plugin"],
  dropZip: ["zip 파일을 여기에 놓거나 눌러서 고르세요", "Drop a zip here, or press to choose one"],
  reading: ["패키지를 확인하는 중…", "Reading the package…"],
  inspectTitle: ["이 플러그인을 설치할까요?", "Install this plugin?"],
  updateTitle: ["이 플러그인을 업데이트할까요?", "Update this plugin?"],
  noManifest: [
    "plugin.json이 없는 패키지입니다. ID와 이름, 허용 주소를 확인해 주세요.",
    "The package has no plugin.json: check its id, name and allow-list.",
  ],
  pluginId: ["ID", "Id"],
  name: ["이름", "Name"],
  version: ["버전", "Version"],
  hash: ["해시", "Hash"],
  kind: ["종류", "Kind"],
  profile: ["프로필", "Profile"],
  permissions: ["권한", "Permissions"],
  newPermission: ["새 권한", "new"],
  allowList: ["허용 주소", "Allow-list"],
  allowListHint: [
    "한 줄에 하나씩, 예: https://api.example.com. 이 주소로만 통신할 수 있습니다.",
    "One a line, such as https://api.example.com. It can reach these and nothing else.",
  ],
  noAllowList: ["외부와 통신하지 않음", "reaches nothing outside"],
  accept: ["동의하고 설치", "Accept and install"],
  cancel: ["취소", "Cancel"],
  installed: ["{name} 설치를 마쳤습니다.", "{name} is installed."],
  noPlugins: ["설치된 플러그인이 없습니다.", "No plugin is installed."],
  state: ["상태", "State"],
  stateOpening: ["연결 중", "connecting"],
  stateStarting: ["시작 중", "starting"],
  stateRunning: ["실행 중", "running"],
  stateStopping: ["멈추는 중", "stopping"],
  stateStopped: ["멈춤", "stopped"],
  stateCrashed: ["오류로 멈춤", "crashed"],
  stateDisabled: ["꺼짐", "switched off"],
  loadTime: ["시작 시간", "Load time"],
  enable: ["켜기", "Switch on"],
  disable: ["끄기", "Switch off"],
  restart: ["다시 시작", "Restart"],
  console: ["콘솔", "Console"],
  versions: ["버전과 되돌리기", "Versions"],
  rollBack: ["이 버전으로 되돌리기", "Back to this version"],
  inForce: ["사용 중", "in force"],
  remove: ["삭제", "Remove"],
  removeTitle: ["{name} 플러그인을 삭제할까요?", "Remove {name}?"],
  removeHint: [
    "설정과 저장한 값도 지웁니다. 값을 남기면 다시 설치했을 때 이어서 씁니다.",
    "Its settings and stored values go too. Keep them to go on with them when it is installed again.",
  ],
  removeKeep: ["값은 남기고 삭제", "Remove, keep its values"],
  addOrigin: ["{origin} 허용", "Allow {origin}"],
  addOriginLabel: ["허용할 주소", "Origin to allow"],
  add: ["추가", "Add"],
  takeOff: ["{origin} 빼기", "Take {origin} off"],
  blocked: ["막힌 주소", "Blocked"],
  filter: ["검색", "Filter"],
  showAll: ["전체", "All"],
  showMessages: ["메시지", "Messages"],
  showLog: ["로그", "Log"],
  showProblems: ["오류", "Problems"],
  export: ["파일로 내보내기", "Export"],
  noEntries: ["아직 기록이 없습니다.", "Nothing yet."],
  budget: ["호출 한도", "Call budget"],
  budgetHint: ["분당 100회, 30분당 200회", "100 a minute, 200 in half an hour"],
  budgetWarn: ["한도의 80%를 넘었습니다", "over 80 % of the limit"],
  perMinute: ["1분", "1 min"],
  perHalfHour: ["30분", "30 min"],
  fromPlugin: ["플러그인 →", "plugin →"],
  toPlugin: ["→ 플러그인", "→ plugin"],
  tabNotRunning: ["이 플러그인은 지금 실행되고 있지 않습니다.", "This plugin is not running now."],
  close: ["닫기", "Close"],
  ok: ["확인", "OK"],
  scanTitle: ["바코드를 스캔하세요", "Scan the code"],
  scanHint: ["스캐너로 찍거나 직접 입력하세요.", "Use the scanner, or type it."],
  code: ["바코드", "Code"],
  camera: ["카메라로 스캔", "Use the camera"],
  cameraFailed: ["카메라를 쓸 수 없습니다.", "The camera cannot be used."],
  missing: ["필수 항목을 입력해 주세요: {labels}", "Please fill in: {labels}"],
  required: ["필수", "required"],
  choose: ["선택하세요", "Choose"],
  fromPluginName: ["{name} 플러그인", "from {name}"],
  notice: ["알림", "Notices"],
  failed: ["문제가 생겼습니다. 다시 시도해 주세요.", "Something went wrong. Please try again."],
} as const satisfies Readonly<Record<string, readonly [ko: string, en: string]>>;

export type Word = keyof typeof WORDS;

class Language {
  current = $state<Lang>(read());

  set(lang: Lang): void {
    this.current = lang;
    localStorage.setItem(KEPT, lang);
    document.documentElement.lang = lang;
  }

  other(): void {
    this.set(this.current === "ko" ? "en" : "ko");
  }
}

function read(): Lang {
  if (typeof localStorage === "undefined") return "ko";
  const kept = localStorage.getItem(KEPT);
  const lang = kept === "en" || kept === "ko" ? kept : "ko";
  document.documentElement.lang = lang;
  return lang;
}

export const language = new Language();

/** The text in the page's language, `{name}` and the like filled in. */
export function t(word: Word, given: Readonly<Record<string, string | number>> = {}): string {
  const text: string = WORDS[word][language.current === "ko" ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => String(given[key] ?? whole));
}

/** An amount of won as people write it. */
export function won(amount: number): string {
  const digits = amount.toLocaleString("ko-KR");
  return language.current === "ko" ? `${digits}원` : `₩${digits}`;
}
