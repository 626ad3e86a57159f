/** The most accounts of one policy, which has 10,240 characters at most. */
const MOST = 80;

/**
 * Refuses a list of accounts that can't be meant.
 *
 * @param accounts the accounts that may pull
 * @param own the account of the registry, as far as it is known
 * @throws Error in one line that says what is wrong
 */
export function checkAccounts(accounts: readonly string[], own: string): void {
  const wrong = accounts.find((account) => !/^\d{12}$/.test(account));
  if (wrong !== undefined) {
    throw new Error(`accounts can't have ${JSON.stringify(wrong)}; write 12 digits, '444455556666' for example`);
  }
  if (accounts.length === 0 || accounts.length > MOST || new Set(accounts).size < accounts.length) {
    throw new Error(`accounts can't be ${JSON.stringify(accounts)}; name 1 to ${MOST}, each once`);
  }
  if (accounts.every((account) => account === own)) {
    throw new Error(`accounts can't be ${own} alone, which is the registry's own; name another one beside it`);
  }
}
