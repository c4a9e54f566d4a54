import { words } from "../kit/words.svelte";

export const t = words({
  scanTitle: ["바코드를 스캔하세요", "Scan the code"],
  scanHint: ["스캐너로 찍거나 직접 입력하세요.", "Use the scanner, or type it."],
  camera: ["카메라로 스캔", "Use the camera"],
  cameraFailed: ["카메라를 쓸 수 없습니다.", "The camera cannot be used."],
  missing: ["필수 항목을 입력해 주세요: {labels}", "Please fill in: {labels}"],
  required: ["필수", "required"],
  fromPluginName: ["{name} 플러그인", "from {name}"],
});
