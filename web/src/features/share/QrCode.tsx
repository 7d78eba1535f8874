import encodeQr from 'qr'
import styles from './share.module.css'

/** Dark squares as one path: each is a square of 1 × 1. */
function squares(code: boolean[][]): string {
  return code.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
}

/** A link for the camera of a phone. Always dark on light: not every camera reads the opposite. */
export default function QrCode({ text }: { text: string }) {
  const code = encodeQr(text, 'raw', { border: 2, ecc: 'medium' })
  return (
    <svg
      className={styles.code}
      viewBox={`0 0 ${code.length} ${code.length}`}
      role="img"
      aria-label="QR code of the link"
      shapeRendering="crispEdges"
    >
      <path d={squares(code)} />
    </svg>
  )
}
