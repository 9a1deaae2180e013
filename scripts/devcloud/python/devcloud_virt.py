"""Fake hypervisors of the one-machine cloud.

A machine is a record, nothing boots. What the scheduler sees of a confidential host has the shape that Nova 34's libvirt
driver gives an AMD host with SEV-SNP: one child provider a model, named `<node>_<model>`, with an inventory of
MEM_ENCRYPTION_CONTEXT of one slot a machine and the model's trait; SEV-ES is hidden where SNP is on, as both share their slots.
"""

import os_resource_classes as orc
import os_traits as ot
from oslo_config import cfg

from nova.virt import fake

CONF = cfg.CONF
CONF.register_opts(
    [
        cfg.IntOpt("sev_slots", default=0, min=0, help="Plain SEV machines that this host takes; 0: none."),
        cfg.IntOpt("snp_slots", default=0, min=0, help="SEV-SNP machines that this host takes; 0: none."),
    ],
    group="devcloud",
)

# child provider's suffix, trait, slots
MODELS = (
    ("amd_sev", ot.HW_CPU_X86_AMD_SEV, lambda: CONF.devcloud.sev_slots),
    ("amd_sev_es", ot.HW_CPU_X86_AMD_SEV_ES, lambda: 0),
    ("amd_sev_snp", ot.HW_CPU_X86_AMD_SEV_SNP, lambda: CONF.devcloud.snp_slots),
)


def inventory(total):
    """One slot a machine, never more slots than there are keys in the processor."""
    return {
        orc.MEM_ENCRYPTION_CONTEXT: {
            "total": total,
            "min_unit": 1,
            "max_unit": 1,
            "step_size": 1,
            "reserved": 0,
            "allocation_ratio": 1.0,
        }
    }


class DevcloudDriver(fake.FakeDriverWithoutFakeNodes):
    """Keeps its node's identity over restarts (the simpler fake driver is refused at its second start)."""

    vcpus = 256
    memory_mb = 1024 * 1024
    local_gb = 20000

    def get_info(self, instance, use_cache=True):
        # A restarted process knows no machine; without this they would show "no state" although they are ACTIVE.
        if instance.uuid not in self.instances:
            self.instances[instance.uuid] = fake.FakeInstance(
                instance.name, instance.power_state or fake.power_state.RUNNING, instance.uuid
            )
        return super().get_info(instance, use_cache)

    def update_provider_tree(self, provider_tree, nodename, allocations=None):
        super().update_provider_tree(provider_tree, nodename, allocations)
        for suffix, trait, slots in MODELS:
            child = f"{nodename}_{suffix}"
            total = slots()
            if not total:
                if provider_tree.exists(child):
                    provider_tree.remove(child)
                continue
            if not provider_tree.exists(child):
                provider_tree.new_child(child, nodename)
            provider_tree.update_inventory(child, inventory(total))
            provider_tree.add_traits(child, ot.OWNER_NOVA, trait)
