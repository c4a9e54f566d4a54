import type { Unsubscribe } from '../calls.js';
import { POPUP_TIMEOUT_MS, type Channel, type Data } from '../channel.js';
import { messageOf } from '../errors.js';
import type {
  PluginBarcodePopup,
  PluginBarcodeResult,
  PluginInputModal,
  PluginInputResult,
  PluginToast,
  PluginUi,
} from '../types.js';
import { value, whole } from './reply.js';

/** Popups. How one ended is answered, failures included; nothing is thrown. */
export function uiNamespace(channel: Channel): PluginUi {
  async function popup(type: string, data: object): Promise<Data> {
    try {
      const reply = await channel.request(
        'popup.request',
        { type, ...data },
        { timeoutMs: POPUP_TIMEOUT_MS },
      );
      return { type, ...reply };
    } catch (error) {
      return { type, complete: false, errorMessage: messageOf(error) };
    }
  }

  return {
    /** Asks for a barcode. */
    openBarcode: async (data: PluginBarcodePopup): Promise<PluginBarcodeResult> =>
      whole(await popup('barcode', data)),
    /** Asks for a few values. */
    openInputModal: async (data: PluginInputModal): Promise<PluginInputResult> =>
      whole(await popup('input', data)),
  };
}

export function toastNamespace(channel: Channel) {
  const levelled =
    (level: 'success' | 'error' | 'warn') =>
    (toast: PluginToast | string): void => {
      const data = typeof toast === 'string' ? { message: toast, level } : { ...toast, level };
      channel.notify('toast.open', data, 2);
    };

  function on(event: 'click', callback: () => unknown): Unsubscribe;
  function on(event: 'button-click', callback: (buttonId: string) => unknown): Unsubscribe;
  function on(
    event: 'click' | 'button-click',
    callback: (() => unknown) | ((buttonId: string) => unknown),
  ): Unsubscribe {
    if (event === 'click') {
      return channel.subscribe('toast.click', undefined, () => (callback as () => unknown)());
    }
    return channel.subscribe('toast.button.click', undefined, (data) => callback(value<string>(data, 'id')));
  }

  return {
    /** A short message. */
    open(message: string | PluginToast): void {
      channel.notify('toast.open', { message });
    },
    success: levelled('success'),
    error: levelled('error'),
    warn: levelled('warn'),
    /** Hears that the toast, or its button, was pressed. */
    on,
  };
}

export function alertNamespace(channel: Channel) {
  return {
    /** A message to be confirmed: a text, or an object with `title`, `message` or `description`. */
    open(alert: unknown): void {
      channel.notify('alert.open', free(alert));
    },
  };
}

export function soundNamespace(channel: Channel) {
  return {
    /** A sound by name (`notification`, `success`, `error`) or `{url}`. */
    play(sound: unknown): void {
      channel.notify('sound.play', free(sound));
    },
  };
}

export function navigationNamespace(channel: Channel) {
  function navigate(page: 'business-type-setting'): void;
  function navigate(page: 'plugin-tab', packageName: string): void;
  function navigate(page: 'business-type-setting' | 'plugin-tab', packageName?: string): void {
    if (page === 'business-type-setting') channel.notify('navigation.navigate', { page });
    // The type ends at the two pages there are; what others ask for is dropped here as in the POS's own SDK.
    else if ((page as string) === 'plugin-tab') channel.notify('navigation.navigate', { page, packageName });
  }
  return {
    /** Opens a page of the POS, or the tab of a plugin. */
    navigate,
  };
}

export function powerSaverNamespace(channel: Channel) {
  return {
    /** Keeps the screen awake until it is stopped, or the plugin is. */
    async startBlocking(): Promise<void> {
      await channel.call('power-saver.start-blocking.request', {});
    },
    async stopBlocking(): Promise<void> {
      await channel.call('power-saver.stop-blocking.request', {});
    },
    /** Whether this plugin keeps the screen awake. */
    async isBlocked(): Promise<boolean> {
      return value(await channel.call('power-saver.is-blocked.request', {}), 'isBlocked');
    },
  };
}

export function barcodeNamespace(channel: Channel) {
  return {
    /** Gives the till a code as if it was scanned. */
    async send(barcode: string): Promise<void> {
      await channel.call('barcode.send.request', { barcode });
    },
    /** Hears of scans outside popups and text fields. */
    on(_event: 'scan', callback: (barcode: string) => unknown): Promise<Unsubscribe> {
      return channel.on('barcode.event', undefined, (data) => callback(value(data, 'barcode')));
    },
  };
}

/** Messages whose shape is free travel as the plugin gave them (E-12). */
function free(data: unknown): Data {
  return whole(data as Data);
}
