export const start = (hooks) => hooks;
