import { Component, type ReactNode } from 'react'
import { LostPage } from './LostPage'

interface Props {
  children: ReactNode
}

/** The last net: a fault of ours becomes a sentence and a way on, never a white page. */
export class ErrorBoundary extends Component<Props, { broken: boolean }> {
  override state = { broken: false }

  static getDerivedStateFromError() {
    return { broken: true }
  }

  override componentDidCatch(error: unknown): void {
    console.error('Tandem: the page failed.', error)
  }

  override render() {
    return this.state.broken ? <LostPage problem="broken" /> : this.props.children
  }
}
