import { posPluginSdk, type SettingInputs } from '@jumak/pos-plugin-sdk';

/** Where the ledger is, and the word it knows us by. */
export interface Settings {
  url: string;
  token: string;
}

export const INPUTS: SettingInputs = [
  {
    id: 'url',
    type: 'text',
    label: '원장 주소 (ledger address)',
    required: true,
    default: 'http://127.0.0.1:8791',
  },
  { id: 'token', type: 'password', label: '원장 토큰 (ledger token)', required: true, default: '' },
];

/** As they are now. Throws while no token was entered. */
export async function settings(): Promise<Settings> {
  const { url, token } = await posPluginSdk.setting.getValues<Partial<Settings>>();
  if (!url || !token) {
    throw new Error(
      '플러그인 설정에 원장 주소와 토큰을 넣어 주세요. (Enter address and token of the ledger in the settings.)',
    );
  }
  return { url: url.replace(/\/+$/, ''), token };
}
