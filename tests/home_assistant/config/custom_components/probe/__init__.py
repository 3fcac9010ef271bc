"""A component of Home Assistant that shows the tests its inside, over HTTP without a login."""

from datetime import UTC, datetime, timedelta

from homeassistant.components.http import HomeAssistantView
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.components.recorder.tasks import StatisticsTask
from homeassistant.helpers import device_registry, entity_registry

FIVE_MINUTES = timedelta(minutes=5)


async def async_setup(hass, config):
    """Serve the view."""
    hass.http.register_view(ProbeView(hass))
    return True


class ProbeView(HomeAssistantView):
    """POST /api/probe {"do": NAME, ...}: calls the method of that name with the rest."""

    url, name, requires_auth = "/api/probe", "api:probe", False

    def __init__(self, hass):
        self._hass = hass

    async def post(self, request):
        """Answer with what the method returns, as JSON."""
        given = await request.json()
        return self.json(await getattr(self, f"_{given.pop('do')}")(**given))

    async def _states(self):
        return {state.entity_id: state.as_dict() for state in self._hass.states.async_all()}

    async def _entities(self):
        registry = entity_registry.async_get(self._hass)
        return {
            each.entity_id: {"unique_id": each.unique_id, "disabled_by": each.disabled_by}
            for each in registry.entities.values()
        }

    async def _devices(self):
        registry = device_registry.async_get(self._hass)
        return [
            {"name": each.name, "url": each.configuration_url} for each in registry.devices.values()
        ]

    async def _call(self, domain, service, data):
        await self._hass.services.async_call(domain, service, data, blocking=True)

    async def _enable(self, entity_id):
        registry = entity_registry.async_get(self._hass)
        registry.async_update_entity(entity_id, disabled_by=None)

    async def _dashboard(self):
        found = self._hass.data["lovelace"]
        boards = found["dashboards"] if isinstance(found, dict) else found.dashboards
        return await boards["the-card"].async_load(True)

    async def _statistics(self, since, period):
        """Compile the statistics up to the present hour's end now; return them by entity."""
        recorder = get_instance(self._hass)
        begin = datetime.fromtimestamp(since // 3600 * 3600, UTC)
        end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        start = begin
        while start < end:
            recorder.queue_task(StatisticsTask(start, False))
            start += FIVE_MINUTES
        await recorder.async_block_till_done()
        types = {"change", "max", "mean", "min", "state", "sum"}
        given = (self._hass, begin, end, None, period, None, types)
        return await recorder.async_add_executor_job(statistics_during_period, *given)
