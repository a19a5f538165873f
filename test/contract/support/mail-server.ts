/** An SMTP server on 127.0.0.1 that keeps what it takes and refuses what a test asks it to. */
import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

type Mail = Awaited<ReturnType<typeof PostalMime.parse>>;
export interface TakenMail {
  to: string[];
  raw: string;
  parsed: Mail;
}
export interface MailServer {
  url: string;
  taken: TakenMail[];
  /** The reply code to the next RCPT or DATA, `hang` for none, `reset` for a lost connection. */
  script: { rcpt: number[]; data: (number | 'hang' | 'reset')[] };
  close(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const taken: TakenMail[] = [];
  const script: MailServer['script'] = { rcpt: [], data: [] };
  const sockets = new Set<{ destroy(): void }>();
  const refusal = (code: number) => Object.assign(new Error(`no, says code ${code}`), { responseCode: code });
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onRcptTo(_address, _session, done) {
      const code = script.rcpt.shift();
      done(code === undefined ? null : refusal(code));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const step = script.data.shift();
        if (step === 'hang') return;
        if (step === 'reset') return void sockets.forEach((socket) => socket.destroy());
        if (step !== undefined) return void done(refusal(step));
        const raw = Buffer.concat(chunks);
        void PostalMime.parse(raw).then((parsed) => {
          taken.push({ to: session.envelope.rcptTo.map((one) => one.address), raw: raw.toString('utf8'), parsed });
          done();
        });
      });
    },
  });
  server.on('error', () => undefined);
  server.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    taken,
    script,
    close: () =>
      new Promise<void>((resolve) => {
        sockets.forEach((socket) => socket.destroy());
        server.close(() => resolve());
      }),
  };
}
