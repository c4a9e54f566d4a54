/** An amount as guests read it: 12,000원. */
export function won(amount: number): string {
  return `${amount.toLocaleString('ko-KR')}원`;
}
