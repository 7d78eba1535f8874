import { useDispatch, useSelector, useStore } from 'react-redux'
import type { AppDispatch, AppStore, RootState } from './store'

export const useAppSelector = useSelector.withTypes<RootState>()
/** For what is looked up when something is done: a change of it draws nothing anew. */
export const useAppStore = useStore.withTypes<AppStore>()
export const useAppDispatch = useDispatch.withTypes<AppDispatch>()
