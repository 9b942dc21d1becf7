"""`import uwsgi`, also as `trivet`: what an application can ask of its server. See module.py for what there is."""
