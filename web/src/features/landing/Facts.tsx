import styles from './Landing.module.css'

const FACTS = [
  {
    title: 'Saved means saved',
    text: 'The word appears only after your edit is flushed to the disk of the server. Pull the plug: nothing you saw as saved is gone.',
  },
  {
    title: 'Your undo is yours',
    text: 'Ctrl+Z takes back what you typed, and never a letter of anyone else, even on the same line at the same moment.',
  },
  {
    title: 'One program to host',
    text: 'A single server in C with its database inside. One command starts it; your code stays on your machine.',
  },
]

export function Facts() {
  return (
    <ul className={styles.facts}>
      {FACTS.map(({ title, text }) => (
        <li key={title}>
          <h2>{title}</h2>
          <p>{text}</p>
        </li>
      ))}
    </ul>
  )
}
