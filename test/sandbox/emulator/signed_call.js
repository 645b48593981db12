// calls a JSON service of the endpoint that the environment names, signed with the function's own role session.
const { createHash, createHmac } = require('node:crypto');
const https = require('node:https');

const hash = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

exports.signedCall = (service, target, parameters) => {
  const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION } = process.env;
  const { hostname, port, host } = new URL(AWS_ENDPOINT_URL);
  const body = JSON.stringify(parameters);
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/${AWS_REGION}/${service}/aws4_request`;
  const headers = { host, 'x-amz-date': time, 'x-amz-security-token': AWS_SESSION_TOKEN, 'x-amz-target': target };
  const names = Object.keys(headers).sort();
  const listed = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const request = ['POST', '/', '', listed, names.join(';'), hash(body)].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, hash(request)].join('\n');
  const key = scope.split('/').reduce(hmac, `AWS4${AWS_SECRET_ACCESS_KEY}`);
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  const credential = `Credential=${AWS_ACCESS_KEY_ID}/${scope}`;
  headers.authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  headers['content-type'] = 'application/x-amz-json-1.0';
  return new Promise((resolve, reject) => {
    const sent = https.request({ hostname, port, path: '/', method: 'POST', headers }, (answer) => {
      let text = '';
      answer.on('data', (part) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
};
