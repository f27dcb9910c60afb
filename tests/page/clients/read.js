// Asks a page with npm `statuspage.io`, as its users do, and prints all that it understood.
import { Statuspage } from "statuspage.io";

const client = new Statuspage("troth0000000");
client.setApiUrl(process.argv[2]);
const { api } = client;
const answers = {
  status: await api.getStatus(),
  summary: await api.getSummary(),
  components: await api.getComponents(),
  incidents: await api.incidents.getAll(),
  unresolved: await api.incidents.getUnresolved(),
  maintenances: await api.scheduledMaintenances.getAll(),
  upcoming: await api.scheduledMaintenances.getUpcoming(),
  active: await api.scheduledMaintenances.getActive(),
};
console.log(JSON.stringify(answers));
