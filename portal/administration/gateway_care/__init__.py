"""Looking after the gateways: their health, maintenance, outages, and what did not get through."""
