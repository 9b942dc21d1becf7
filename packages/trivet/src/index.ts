export { startContainer, type ContainerHandle } from '@trivet/container'
export { startProxy, type ProxyHandle } from '@trivet/proxy'
