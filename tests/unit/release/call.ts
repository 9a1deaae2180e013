import https from "node:https";

/** One call of a guest to a service on loopback, with what came back. @param ca the service's certificate */
export const guestCall = (
  { port, ca }: { readonly port: number; readonly ca: string },
  path: string,
  body: string,
  method = "POST",
): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const request = https.request({ host: "127.0.0.1", port, path, method, ca, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.on("error", reject);
    request.end(body);
  });
