"""Stores of AWS, through boto3."""
