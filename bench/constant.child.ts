// Fastify sending the same bytes over and over: what no answer that is made can be faster than.
import Fastify from 'fastify';

const [body = '{}'] = process.argv.slice(2);
const app = Fastify();
app.get('/', (_request, reply) => reply.type('application/json; charset=utf-8').send(body));
process.send?.({ url: await app.listen({ host: '127.0.0.1', port: 0 }) });
process.on('disconnect', () => process.exit());
