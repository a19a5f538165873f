/** Key figures that answer with what they were asked. */
import type { ReportPort } from '../../src/http/ports';

export const reportStub: ReportPort = {
  catalogue: async () => ({ pack: { id: 'secureai', hash: 'abc' }, metrics: [] }),
  metrics: async (orders) => orders.map((order) => ({ ...order })),
  csv: async (orders) => `metric\n${orders.map((one) => one.metric).join('\n')}\n`,
  dashboard: async () => ({
    json: { title: 'Support dashboard', widgets: [] },
    html: '<section>widgets</section>',
  }),
  report: async (name, period) => ({ json: { report: name, period }, html: `<p>${name}</p>`, text: name }),
  transcripts: async (name, period) => `${JSON.stringify({ id: 'T-1', report: name, period })}\n`,
  addPoints: async (_series, points) => points.length,
};
