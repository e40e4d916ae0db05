"""Gateway pages: health, maintenance, outages, failed deliveries."""
