// Files the bundler turns into addresses or style sheets; TypeScript only has to know that they exist.
declare module "*.css";
declare module "*.woff2" {
  const address: string;
  export default address;
}
