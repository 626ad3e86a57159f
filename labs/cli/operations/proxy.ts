import * as http from 'node:http';
import * as https from 'node:https';
import { Agent, type AgentConnectOpts } from 'agent-base';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';

/** Connects through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name for a host, or without one. */
export class ProxyAgent extends Agent {
  private readonly proxies = new Map<string, HttpsProxyAgent<string>>();

  constructor() {
    super({ keepAlive: true });
  }

  /**
   * Chooses how a request is connected.
   *
   * @param _ the request
   * @param options its host and port, and whether it is encrypted
   */
  connect(_: http.ClientRequest, { secureEndpoint, host, port }: AgentConnectOpts): http.Agent {
    const proxy = getProxyForUrl(`${secureEndpoint ? 'https' : 'http'}://${host}:${port}`);
    if (!proxy) {
      return secureEndpoint ? https.globalAgent : http.globalAgent;
    }
    const agent = this.proxies.get(proxy) ?? new HttpsProxyAgent(proxy, { keepAlive: true });
    this.proxies.set(proxy, agent);
    return agent;
  }
}
