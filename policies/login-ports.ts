/** Ports by which people and machines are taken over: SSH, Telnet, RDP, VNC, WinRM. */
export const LOGIN_PORTS: readonly string[] = ["22-23/tcp", "3389/tcp", "3389/udp", "5900-5999/tcp", "5985-5986/tcp"];
