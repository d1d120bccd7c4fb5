// What Holdpoint does, in four cells, for somebody who opens it for the first time. Owns: the words.

const things = [
  { title: "1 Open", text: "A Markdown runbook, read as it is and never changed." },
  { title: "2 Pin", text: "One cluster, proved before and after every step." },
  { title: "3 Run", text: "Steps in a real shell, each with a verdict of its own." },
  { title: "4 Record", text: "A chain of events that an auditor checks alone." },
];
export function FourThings() {
  return (
    <ol className="four">
      {things.map((thing) => (
        <li key={thing.title}>
          <h3>{thing.title}</h3>
          <p>{thing.text}</p>
        </li>
      ))}
    </ol>
  );
}
