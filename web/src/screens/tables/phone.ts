/** A phone number as it may stand on a screen others look at: its middle hidden (SEC-4). */
export function maskedPhone(phone: string): string {
  const digits = phone.replace(/\D/g, "");
  if (digits.length < 8) return "*".repeat(digits.length);
  return `${digits.slice(0, digits.length - 8)}-****-${digits.slice(-4)}`.replace(/^-/, "");
}
