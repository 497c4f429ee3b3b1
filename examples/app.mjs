/** A program that needs three secrets. It knows nothing of Keyturn: they are in its environment. */
const names = ['DB_PASSWORD', 'API_TOKEN', 'SIGNING_KEY'];

for (const name of names) {
  if (!process.env[name]) {
    console.error(`app: ${name} is missing.`);
    process.exit(1);
  }
}
console.log(`app: has all ${names.length} secrets.`);

// What no program should do, and many do on a bad day.
for (const name of names) console.log(`app: debug: ${name}=${process.env[name]}`);
const credentials = Buffer.from(`app:${process.env.DB_PASSWORD}`).toString('base64');
console.log(`app: debug: Authorization: Basic ${credentials}`);
