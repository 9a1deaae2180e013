"""VPN driver without an agent: every service and connection becomes ACTIVE, no tunnel is built."""

from neutron_vpnaas.services.vpn.service_drivers import base_ipsec
from neutron_vpnaas.services.vpn.service_drivers import ipsec_validator


class DevcloudVpnDriver(base_ipsec.BaseIPsecVPNDriver):
    def __init__(self, service_plugin):
        super().__init__(service_plugin, ipsec_validator.IpsecVpnValidator(self))

    def create_rpc_conn(self):
        """No agent listens."""

    def _activate(self, context, service_id, connection_ids=()):
        connections = {c: {"status": "ACTIVE", "updated_pending_status": True} for c in connection_ids}
        status = {
            "id": service_id,
            "status": "ACTIVE",
            "updated_pending_status": True,
            "ipsec_site_connections": connections,
        }
        self.service_plugin.update_status_by_agent(context.elevated(), [status])

    def create_vpnservice(self, context, vpnservice):
        super().create_vpnservice(context, vpnservice)
        self._activate(context, vpnservice["id"])

    def update_vpnservice(self, context, old_vpnservice, vpnservice):
        self._activate(context, vpnservice["id"])

    def delete_vpnservice(self, context, vpnservice):
        """Nothing was built."""

    def create_ipsec_site_connection(self, context, ipsec_site_connection):
        self._activate(context, ipsec_site_connection["vpnservice_id"], [ipsec_site_connection["id"]])

    def update_ipsec_site_connection(self, context, old_ipsec_site_connection, ipsec_site_connection):
        self._activate(context, ipsec_site_connection["vpnservice_id"], [ipsec_site_connection["id"]])

    def delete_ipsec_site_connection(self, context, ipsec_site_connection):
        """Nothing was built."""
